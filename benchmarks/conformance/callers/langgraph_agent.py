"""LangChain's create_agent, which is a LangGraph graph, on OpenAI's chat completions."""

from _task import QUESTION, refund
from langchain.agents import create_agent
from langchain_core.messages import AIMessageChunk
from langchain_openai import ChatOpenAI

LIBRARIES = ("langgraph", "langchain", "langchain-core", "langchain-openai", "openai")
OWN = ("langgraph", "langchain", "langchain_core", "langchain_openai", "openai")

ASKED = {"messages": [{"role": "user", "content": QUESTION}]}


def ask(url, streamed):
    model = ChatOpenAI(model="gpt-4o-mini", base_url=f"{url}/v1")
    agent = create_agent(model=model, tools=[refund])
    if not streamed:
        return agent.invoke(ASKED)["messages"][-1].text
    answer = last = ""
    for token, about in agent.stream(ASKED, stream_mode="messages"):
        if not isinstance(token, AIMessageChunk):
            continue
        if about["langgraph_step"] != last:  # another turn of the model
            answer, last = "", about["langgraph_step"]
        answer += token.text
    return answer
