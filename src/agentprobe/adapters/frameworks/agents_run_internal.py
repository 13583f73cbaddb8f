"""OpenAI Agents: what a run holds after each of its turns, which is also what it puts into its session."""

from __future__ import annotations

import sys
from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after


class AgentsRunInternal(Framework):
    """The items of a run, turn by turn: its input, with the history of a session, and all that came of it."""

    title = "OpenAI Agents items"
    modules = ("agents.run_internal.turn_resolution",)
    tools = ""
    refs = False
    state = "the input and all items of a run, after each turn"

    def attach(self, module: Any) -> None:
        for name in ("get_single_step_result_from_response", "resolve_interrupted_turn"):
            own = getattr(module, name, None)
            for place in (module, *_holders(module, name, own)):
                self.replace(place, name, after(_items, source="openai-agents", of_result=True))


def _holders(module: Any, name: str, own: Any) -> list[Any]:
    """The modules that have taken the function by its name already, where they were imported before us."""
    package = f"{module.__package__}."
    known = (other for path, other in tuple(sys.modules.items()) if path.startswith(package))
    return [other for other in known if other is not module and getattr(other, name, None) is own]


def _items(turn: Any) -> Seen:
    items = turn.generated_items
    agent = items[-1].agent.name if items else ""
    values = {"input": turn.original_input, "items": [item.to_input_item() for item in items]}
    return Seen(name=f"agent {agent}", values=values, ref=turn.model_response.response_id or "")
