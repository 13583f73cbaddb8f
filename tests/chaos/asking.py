"""How the tests of changed requests ask: a conversation in every protocol, and what reaches the provider."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agentprobe.chaos.injector import Injector, Receipt
from agentprobe.chaos.schedule import Schedule
from agentprobe.dialects import Dialect, dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall, ToolResult, ToolSpec
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.kernel.session import Session

DIALECTS = ("openai_chat", "openai_responses", "anthropic_messages", "gemini", "ollama")
SYSTEM = "You pay refunds. Never more than 50."
TOOLS = (
    ToolSpec(name="find", description="Finds an order.", schema={"type": "object"}),
    ToolSpec(name="refund", description="Pays money back.", schema={"type": "object"}),
)
DONE = ModelAnswer(text="Done.", finish=Finish.STOP)


def system(text: str = SYSTEM) -> Message:
    return Message(role="system", text=text)


def user(text: str) -> Message:
    return Message(role="user", text=text)


def assistant(text: str) -> Message:
    return Message(role="assistant", text=text)


def round_of(*told: tuple[str, str, str]) -> tuple[Message, ...]:
    """Calls of one answer and their results: each a tool, an order and what came of it."""
    calls = tuple(
        ToolCall(id=f"call_{tool}_{order}_{len(said)}", name=tool, arguments=f'{{"order":"{order}"}}')
        for tool, order, said in told
    )
    results = tuple(
        ToolResult(call_id=call.id, content=said) for call, (_, _, said) in zip(calls, told, strict=True)
    )
    return (Message(role="assistant", tool_calls=calls), Message(role="tool", results=results))


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """What reached the provider, and what came of it."""

    sent: HttpRequest
    """As the agent asked."""
    request: HttpRequest
    outcome: Outcome
    receipts: tuple[Receipt, ...]
    dialect: Dialect

    @property
    def fired(self) -> bool:
        """Did the fault say that it struck, and was the request changed exactly then?"""
        changed = self.request != self.sent
        marked = any(mark.startswith("fault:") for mark in self.outcome.marks)
        assert bool(self.receipts) == changed == marked
        return changed

    @property
    def read(self) -> ModelRequest:
        """What the provider reads."""
        return self.dialect.read_request(self.request.body, self.request.target)

    @property
    def lines(self) -> list[str]:
        """The conversation, a line a turn: who says, calls or is told what."""
        return lines(self.read.messages)


def lines(messages: Iterable[Message]) -> list[str]:
    """A conversation in short: `user: hi`, `call find A-1`, `told A-1 is open`."""
    told = []
    for message in messages:
        told += [f"told {result.content}" for result in message.results]
        if message.text:
            told.append(f"{message.role}: {message.text}")
        told += [f"call {call.name} {json.loads(call.arguments)['order']}" for call in message.tool_calls]
    return told


def body_of(name: str, *messages: Message, **fields: Any) -> bytes:
    """A request with tools that says this."""
    return dialect_named(name).write_request(
        ModelRequest(model="m", messages=messages, tools=fields.pop("tools", TOOLS), **fields)
    )


def arrive(name: str, fault: str, body: bytes, answer: HttpReply | None = None) -> Arrived:
    """Ask once under a fault, a provider that answers "Done."."""
    dialect = dialect_named(name)
    target = dialect.standard_path.format(model="m", method="generateContent")
    sent = HttpRequest(method="POST", target=target, headers=(("Content-Length", str(len(body))),), body=body)
    session = Session("s")
    injector = Injector(Schedule.parse(f"{fault}@model"), session)
    session.boundary.rooms = (injector,)
    arrived: list[HttpRequest] = []

    def provider(call: Call) -> HttpReply:
        arrived.append(call.request)
        return answer or dialect.write_answer(DONE, ModelRequest(model="m"))

    call = Call(kind=Kind.MODEL, name="m", request=sent, dialect=name)
    outcome = session.boundary.call(call, provider)
    assert arrived[0].header("content-length") == str(len(arrived[0].body))
    return Arrived(
        sent=sent, request=arrived[0], outcome=outcome, receipts=injector.receipts, dialect=dialect
    )


def asked(name: str, fault: str, *messages: Message, **fields: Any) -> Arrived:
    """The same for a conversation."""
    return arrive(name, fault, body_of(name, *messages, **fields))
