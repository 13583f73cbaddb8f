"""latency, as a script."""

from __future__ import annotations

import pytest

from agentprobe.basis.dice import Dice
from agentprobe.chaos.fault import Notes, Occasion
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


def waits(fault: Latency, calls: int, seed: int = 1) -> list[float]:
    """How long each of several calls of one session waits."""
    notes, found = Notes(), []
    for number in range(calls):
        path = fault.on(Occasion(dice=Dice(seed), address=(number,), notes=notes)).intercept(TOOL)
        step = next(path)
        found.append(step.seconds if isinstance(step, Wait) else 0.0)
    return found


def test_a_spike_comes_at_the_first_call_and_then_now_and_then() -> None:
    assert waits(Latency(shape="spike", seconds=9, every=3), 7) == [9, 0, 0, 9, 0, 0, 9]


def test_a_call_without_a_spike_is_not_marked() -> None:
    notes = Notes()
    for _ in range(2):
        path = Latency(shape="spike").on(Occasion(notes=notes)).intercept(TOOL)
        step = next(path)
    assert step == TOOL
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value="found"))
    assert end.value.value == Outcome(value="found")


def test_a_degrading_service_is_slower_each_time() -> None:
    assert waits(Latency(shape="degrading", seconds=2), 4) == [2, 4, 6, 8]


def test_a_loaded_server_is_mostly_quicker_than_its_mean_and_sometimes_much_slower() -> None:
    found = waits(Latency(shape="jitter", seconds=10), 400)
    assert found == waits(Latency(shape="jitter", seconds=10), 400)
    assert 8 < sum(found) / 400 < 12
    assert sorted(found)[200] < 8
    assert 40 < max(found) <= 100


def test_only_a_shape_that_throws_dice_says_so() -> None:
    rolling = {shape: Latency(shape=shape).rolls for shape in ("constant", "jitter", "spike", "degrading")}
    assert rolling == {"constant": False, "jitter": True, "spike": False, "degrading": False}
