"""latency, as a script."""

from __future__ import annotations

import pytest

from agentprobe.basis.dice import Dice
from agentprobe.chaos.fault import Occasion
from agentprobe.chaos.faults.latency import Latency
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.wire import HttpRequest
from agentprobe.errors import TimedOut
from agentprobe.kernel.room import Wait

TOOL = Call(kind=Kind.TOOL, name="find")


def model(patience: float | None) -> Call:
    request = HttpRequest(method="POST", target="/v1/chat/completions", patience=patience)
    return Call(kind=Kind.MODEL, name="m", request=request)


def test_the_answer_comes_later_and_unchanged() -> None:
    path = Latency(seconds=3).intercept(TOOL)
    assert next(path) == Wait(3)
    assert path.send(Outcome()) == TOOL
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value="found"))
    assert end.value.value == Outcome(value="found", marks=("fault:latency",))


def test_a_streamed_answer_is_not_held() -> None:
    path = Latency().intercept(model(60))
    next(path)
    step = path.send(Outcome())
    assert isinstance(step, Call)
    assert not step.held


def test_a_caller_with_less_patience_gives_up_first() -> None:
    path = Latency(seconds=30).intercept(model(10))
    assert next(path) == Wait(10)
    with pytest.raises(StopIteration) as end:
        path.send(Outcome())
    assert isinstance(end.value.value.error, TimedOut)
    assert end.value.value.error.seconds == 10
    assert end.value.value.marks == ("fault:latency",)


def test_jitter_comes_from_the_dice_it_is_given() -> None:
    def wait(seed: int) -> float:
        occasion = Occasion(dice=Dice(seed), address=("here",))
        step = next(Latency(seconds=10, jitter=0.5).on(occasion).intercept(TOOL))
        assert isinstance(step, Wait)
        return step.seconds

    waits = [wait(seed) for seed in range(20)]
    assert waits == [wait(seed) for seed in range(20)]
    assert len(set(waits)) == 20
    assert all(5 <= seconds <= 15 for seconds in waits)
