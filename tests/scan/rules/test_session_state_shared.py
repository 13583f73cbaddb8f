"""State of one conversation that all share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]


def test_a_default_that_grows_is_found(found: Scan) -> None:
    code = """
def ask(question, history=[]):
    history.append({"role": "user", "content": question})
    return model(history)
"""
    (finding,) = found(code, "session-state-shared")
    assert (finding.place.line, finding.tier) == (2, Tier.PROVED)
    assert "history=[]" in finding.message


def test_messages_of_a_class_are_found(found: Scan) -> None:
    code = """
class Desk:
    messages = []

    def ask(self, question):
        self.messages.append(question)
"""
    (finding,) = found(code, "session-state-shared")
    assert (finding.place.line, finding.tier) == (3, Tier.PROVED)
    assert "Desk.messages" in finding.message


def test_a_global_that_a_handler_fills_is_found(found: Scan) -> None:
    code = """
from fastapi import FastAPI

app = FastAPI()
messages = []

@app.post("/chat")
async def chat(text: str):
    messages.append({"role": "user", "content": text})
    return await model(messages)
"""
    (finding,) = found(code, "session-state-shared")
    assert (finding.place.line, finding.tier) == (9, Tier.PROVED)
    assert "messages" in finding.message


def test_a_constant_thread_in_a_handler_is_found(found: Scan) -> None:
    code = """
from fastapi import FastAPI

app = FastAPI()

@app.post("/chat")
async def chat(text: str):
    return await graph.ainvoke({"text": text}, {"configurable": {"thread_id": "1"}})
"""
    (finding,) = found(code, "session-state-shared")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "thread_id" in finding.message


def test_an_object_of_its_own_has_its_own(found: Scan) -> None:
    code = """
class Desk:
    messages = []

    def __init__(self):
        self.messages = []

    def ask(self, question):
        self.messages.append(question)
"""
    assert not found(code, "session-state-shared")


def test_a_copied_default_is_its_own(found: Scan) -> None:
    code = """
def ask(question, history=[]):
    history = [*history, question]
    return model(history)
"""
    assert not found(code, "session-state-shared")


def test_a_program_of_the_command_line_has_one_conversation(found: Scan) -> None:
    code = """
messages = []

def ask(text):
    messages.append({"role": "user", "content": text})
    return graph.invoke({"text": text}, {"configurable": {"thread_id": "1"}})
"""
    assert not found(code, "session-state-shared")


def test_fields_of_models_are_copied(found: Scan) -> None:
    code = """
from pydantic import BaseModel

class Chat(BaseModel):
    messages: list[str] = []

    def add(self, text):
        self.messages.append(text)
"""
    assert not found(code, "session-state-shared")


def test_a_table_by_session_is_not_shared(found: Scan) -> None:
    code = """
from fastapi import FastAPI

app = FastAPI()
conversations = {}

@app.post("/chat")
async def chat(session: str, text: str):
    conversations.setdefault(session, []).append(text)
    return await graph.ainvoke({"text": text}, {"configurable": {"thread_id": session}})
"""
    assert not found(code, "session-state-shared")


DESK = """
class Desk:
    def __init__(self):
        self.history = []

    def ask(self, text):
        {own}
        self.history.append(text)
        return model(self.history)
"""
SERVER = """
from fastapi import FastAPI
from desk import Desk

app = FastAPI()
{made}


@app.post("/ask")
def ask(text: str):
    {inner}
    return desk.ask(text)
"""


@pytest.mark.parametrize(
    ("own", "made", "inner", "count"),
    [
        ("pass", "desk = Desk()", "pass", 1),
        ("self.history = []", "desk = Desk()", "pass", 0),
        ("pass", "DESKS = {}", "desk = Desk()", 0),
    ],
)
def test_an_object_that_keeps_the_conversation_serves_all(
    own: str, made: str, inner: str, count: int, found: Scan
) -> None:
    files = {"desk.py": DESK.format(own=own), "server.py": SERVER.format(made=made, inner=inner)}
    findings = found(files, "session-state-shared")
    assert [(one.place.path, one.tier) for one in findings] == [("server.py", Tier.INFERRED)] * count
