"""Faulted traffic says that it is; what the agent has begun to read is never touched."""

from __future__ import annotations

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.chaos.injector import Injector
from agentprobe.chaos.label import HEADER
from agentprobe.chaos.schedule import Schedule
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest
from agentprobe.kernel.session import Session

CALL = Call(
    kind=Kind.MODEL,
    name="m",
    dialect="openai_chat",
    request=HttpRequest(method="POST", target="/v1/chat/completions", body=b'{"model":"m","messages":[]}'),
)
REPLY = HttpReply(status=200, headers=(("content-type", "application/json"),), chunks=(Chunk(b"{}" * 40),))


def asked(schedule: str, *, label: bool) -> HttpReply | None:
    session = Session(
        "s", rooms=[lambda own: Injector(Schedule.parse(schedule), own, label=label)], clock=VirtualClock()
    )
    outcome: Outcome = session.boundary.call(CALL, lambda _: REPLY)
    return outcome.value if isinstance(outcome.value, HttpReply) else None


@pytest.mark.parametrize(
    ("schedule", "names"),
    [
        ("server_error@model", "server_error"),
        ("cut_stream@model", "cut_stream"),
        ("server_error@model, latency@model", "server_error"),
        ("gateway_page@model:1", "gateway_page"),
    ],
)
def test_a_reply_that_a_fault_made_or_changed_names_it(schedule: str, names: str) -> None:
    reply = asked(schedule, label=True)
    assert reply is not None
    assert reply.header(HEADER) == names


@pytest.mark.parametrize("schedule", ["latency@model", "server_error@model:2"])
def test_the_worlds_own_reply_carries_no_label(schedule: str) -> None:
    assert asked(schedule, label=True) == REPLY


def test_nothing_is_labelled_where_that_is_not_wanted() -> None:
    reply = asked("server_error@model", label=False)
    assert reply is not None
    assert reply.header(HEADER) is None
