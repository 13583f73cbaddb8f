"""The world that a run left, held against what its task says it must hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from agentprobe.domain.task import ExpectedState
from agentprobe.errors import FixtureError
from agentprobe.worlds import stand
from agentprobe.worlds.tasks.state import amiss


class EndState(NamedTuple):
    """The first thing that is missing, and the first that was spoilt; None where all is right."""

    missing: str | None = None
    spoilt: str | None = None


def end_state(states: Sequence[ExpectedState], world: Path | None) -> EndState:
    """Look into a run's world; raises FixtureError where it has none that can be looked into."""
    if not states:
        return EndState()
    if world is None:
        raise FixtureError("the task says what the world must hold, and the run has no world")
    with stand.look(world) as view:
        found = list(amiss(states, view))
    missing = next((one.said for one in found if not one.harm), None)
    spoilt = next((one.said for one in found if one.harm), None)
    return EndState(missing, spoilt)
