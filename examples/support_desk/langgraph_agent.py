"""The same agent in LangGraph: the same prompts and tools, the loop drawn as a graph."""

from __future__ import annotations

import os
from functools import cache

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import StructuredTool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from pydantic import SecretStr

from prompts import system_prompt
from tools import TOOLS, today

MODEL = os.environ.get("SUPPORT_DESK_MODEL", "gpt-4.1-mini")
MOST_STEPS = 20


def run(prompt: str, prompt_style: str = "careless", model: str = MODEL) -> str:
    """Do what the prompt asks and answer."""
    asked: MessagesState = {
        "messages": [SystemMessage(system_prompt(prompt_style, today())), HumanMessage(prompt)]
    }
    state = graph(model).invoke(asked, {"recursion_limit": 2 * MOST_STEPS})
    return str(state["messages"][-1].text)


@cache
def graph(model: str) -> CompiledStateGraph[MessagesState]:
    """The loop between a model and the tools, drawn once."""
    tools = [StructuredTool.from_function(tool) for tool in TOOLS]
    key = SecretStr(os.environ.get("OPENAI_API_KEY", "simulated"))
    chat = ChatOpenAI(model=model, api_key=key).bind_tools(tools)

    def think(state: MessagesState) -> MessagesState:
        return {"messages": [chat.invoke(state["messages"])]}

    drawn = StateGraph(MessagesState)
    drawn.add_node("think", think)
    drawn.add_node("tools", ToolNode(tools, handle_tool_errors=lambda error: f"Error: {error!r}"))
    drawn.add_edge(START, "think")
    drawn.add_conditional_edges("think", tools_condition, {"tools": "tools", END: END})
    drawn.add_edge("tools", "think")
    return drawn.compile()
