"""smolagents: the memory of an agent after each of its steps."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after

_NOT_KEPT = ("model_input_messages", "timing")
"""What of a step is no memory: all steps before it once more, and the time of day."""


class SmolagentsAgents(Framework):
    """The steps in an agent's memory: its task, its plans, and what it did and saw."""

    title = "smolagents memory"
    modules = ("smolagents.agents",)
    tools = ""
    refs = False
    state = "the agent's memory, after each step"

    def attach(self, module: Any) -> None:
        self.replace(module.MultiStepAgent, "_finalize_step", after(_memory, source="smolagents"))


def _memory(agent: Any, step: Any) -> Seen | None:
    """The step is about to be remembered; a final answer is none."""
    if not hasattr(step, "timing"):
        return None
    known = agent.memory.steps
    steps = known if any(one is step for one in known) else [*known, step]
    name = getattr(agent, "name", None) or type(agent).__name__
    return Seen(name=f"agent {name}", values={"steps": [_told(one) for one in steps]})


def _told(step: Any) -> dict[str, Any]:
    return {key: value for key, value in step.dict().items() if key not in _NOT_KEPT}
