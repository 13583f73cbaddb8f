"""A tool's result on its way to the agent, with a fault in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.fault import Fault, Occasion
from agentprobe.domain.call import Call, Effect, Kind, Outcome

FIND = Call(kind=Kind.TOOL, name="find", request={"order": "A-1"}, effect=Effect.READ)
Give = Callable[..., Any]
Keep = Callable[[Fault, Any], None]


def led(fault: Fault, result: Any, occasion: Occasion | None = None) -> Outcome:
    """What comes out of a fault when the tool gave this."""
    path = fault.on(occasion or Occasion()).intercept(FIND)
    assert next(path) == FIND
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=result))
    outcome: Outcome = end.value.value
    return outcome


@pytest.fixture
def give() -> Give:
    """Give a result; it must come out struck, and what the agent is given is returned."""

    def given(fault: Fault, result: Any, occasion: Occasion | None = None) -> Any:
        outcome = led(fault, result, occasion)
        assert outcome.marks == (f"fault:{fault.name}",)
        return outcome.value

    return given


@pytest.fixture
def keep() -> Keep:
    """Give a result that the fault can do nothing to: it must come out as it went in, without a mark."""

    def kept(fault: Fault, result: Any) -> None:
        outcome = led(fault, result)
        assert outcome.value is result
        assert not outcome.marks

    return kept
