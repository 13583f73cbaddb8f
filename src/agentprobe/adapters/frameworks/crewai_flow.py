"""CrewAI: the state of a flow, after each of its methods."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after

_INNER = "crewai."
"""Where CrewAI's own flows are defined, by which it runs its agents."""


class CrewaiFlow(Framework):
    """The state of a user's flow, of whichever type it is."""

    title = "CrewAI flows"
    modules = ("crewai.flow.runtime",)
    tools = ""
    refs = False
    state = "the state of a flow, after each method"

    def attach(self, module: Any) -> None:
        self.replace(module.Flow, "_execute_method", after(_state, source="crewai"))


def _state(flow: Any, method: Any, *_: Any, **__: Any) -> Seen | None:
    if type(flow).__module__.startswith(_INNER):
        return None
    return Seen(name=f"flow {type(flow).__name__}", values={"state": flow._state}, ref=str(method))
