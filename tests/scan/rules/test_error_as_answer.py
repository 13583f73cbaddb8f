"""The text of an error in the place of an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
OPENAI = """
from openai import OpenAI

client = OpenAI()
"""


@pytest.mark.parametrize(
    "ends", ["return f'Error: {error}'", "return str(error)", "return 'Sorry, try later'"]
)
def test_a_text_about_the_error_that_is_returned_is_found(found: Scan, ends: str) -> None:
    code = f"""
def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages).choices[0].message.content
    except Exception as error:
        {ends}
"""
    (finding,) = found(OPENAI + code, "error-as-answer")
    assert (finding.place.line, finding.tier, finding.subject) == (9, Tier.PROVED, "ask")


def test_a_handler_around_a_function_of_another_file_is_found(found: Scan) -> None:
    wrapper = """
def ask(prompt):
    return client.chat.completions.create(model="gpt-5", messages=[prompt]).choices[0].message.content
"""
    code = """
    from shop.llm import ask

    def summary(text):
        try:
            answer = ask(text)
        except Exception as error:
            answer = f"Error: {error}"
        return answer
    """
    (finding,) = found({"shop/llm.py": OPENAI + wrapper, "shop/report.py": code}, "error-as-answer")
    assert (finding.place.path, finding.place.line, finding.tier) == ("shop/report.py", 7, Tier.INFERRED)


def test_a_route_that_tells_a_person_is_not(found: Scan) -> None:
    code = """
@app.post("/chat")
def chat(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception as error:
        return f"Error: {error}"
"""
    assert not found(OPENAI + code, "error-as-answer")


def test_a_typed_failure_and_an_error_that_is_raised_are_not(found: Scan) -> None:
    code = """
def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception as error:
        return {"ok": False, "error": str(error)}

def other(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception as error:
        raise RuntimeError(f"Error: {error}") from error
"""
    assert not found(OPENAI + code, "error-as-answer")


NODE = """
from langchain_openai import ChatOpenAI

model = ChatOpenAI(model="gpt-5", timeout=30)

def write(state):
    try:
        return {{"messages": [model.invoke(state["messages"])]}}
    except Exception as error:
        return {given}
"""


@pytest.mark.parametrize(
    "given",
    [
        '{"messages": [AIMessage(content=f"Error: {error}")]}',
        '{"report": f"The report failed: {error}"}',
        '{"report": "Error while writing the report"}',
    ],
)
def test_a_node_of_a_graph_that_puts_its_failure_into_the_state_as_an_answer_is_found(
    found: Scan, given: str
) -> None:
    (finding,) = found(NODE.format(given=given), "error-as-answer")
    assert finding.place.line == 9


@pytest.mark.parametrize(
    "given",
    [
        '{"error": str(error), "report": "Error"}',
        '{"report": "Error", "status": "failed"}',
        '{"report": "", "failed": True}',
        '{"report": old_report}',
    ],
)
def test_a_node_that_says_that_it_failed_under_a_key_of_its_own_is_honest(found: Scan, given: str) -> None:
    assert not found(NODE.format(given=given), "error-as-answer")
