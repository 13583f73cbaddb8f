"""hang, as a script."""

from __future__ import annotations

from contextlib import closing

import pytest

from agentprobe.chaos.fault import Occasion
from agentprobe.chaos.faults.hang import Hang
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.wire import HttpRequest
from agentprobe.errors import TimedOut
from agentprobe.kernel.room import Wait

TOOL = Call(kind=Kind.TOOL, name="find")


@pytest.mark.parametrize(
    ("call", "seconds"),
    [
        (TOOL, 600),
        (Call(kind=Kind.MODEL, name="m", request=HttpRequest(method="POST", target="/", patience=20)), 20),
        (Call(kind=Kind.MODEL, name="m", request=HttpRequest(method="POST", target="/")), 600),
    ],
    ids=["a tool", "a patient caller", "a caller who did not say"],
)
def test_the_silence_lasts_as_long_as_the_caller_waits_and_the_world_is_not_asked(
    call: Call, seconds: float
) -> None:
    path = Hang().intercept(call)
    assert next(path) == Wait(seconds)
    with pytest.raises(StopIteration) as end:
        path.send(Outcome())
    assert isinstance(end.value.value.error, TimedOut)
    assert end.value.value.marks == ("fault:hang",)


def test_a_caller_who_leaves_during_the_silence_was_struck() -> None:
    told: list[str] = []
    with closing(Hang().on(Occasion(tell=told.append)).intercept(TOOL)) as path:
        next(path)
    assert told == ["no answer for 600 s"]
