"""A LangGraph graph put together by hand, its tokens streamed as they come."""

from errands import QUESTION, add, get_weather
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

tools = [get_weather, add]
model = ChatOpenAI(model="gpt-4o-mini").bind_tools(tools)


def think(state):
    return {"messages": [model.invoke(state["messages"])]}


graph = StateGraph(MessagesState)
graph.add_node("think", think)
graph.add_node("tools", ToolNode(tools))
graph.add_edge(START, "think")
graph.add_conditional_edges("think", tools_condition)
graph.add_edge("tools", "think")
app = graph.compile()

question = {"messages": [{"role": "user", "content": QUESTION}]}
for token, about in app.stream(question, stream_mode="messages"):
    if about["langgraph_node"] == "think":
        print(token.content, end="", flush=True)
print()
