"""OpenAI Agents: what a run holds after each of its turns, which is also what it puts into its session."""

from __future__ import annotations

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
            self.replace(module, name, after(_items, source="openai-agents", of_result=True))


def _items(turn: Any) -> Seen:
    items = turn.generated_items
    agent = items[-1].agent.name if items else ""
    values = {"input": turn.original_input, "items": [item.to_input_item() for item in items]}
    return Seen(name=f"agent {agent}", values=values, ref=turn.model_response.response_id or "")
