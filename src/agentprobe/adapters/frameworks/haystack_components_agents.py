"""Haystack: the state of an agent, each time its messages change."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after

_NO_DATA = ("tools", "hook_context", "continue_run")
"""What an agent has in its state to steer itself."""


class HaystackComponentsAgents(Framework):
    """What an agent's `State` holds; agents at work at the same time have the same name."""

    title = "Haystack state"
    modules = ("haystack.components.agents.state.state",)
    tools = ""
    refs = False
    state = "the agent's `State`, each time its messages change"

    def attach(self, module: Any) -> None:
        self.replace(module.State, "set", after(_state, source="haystack"))


def _state(state: Any, key: str, *_: Any, **__: Any) -> Seen | None:
    if key != "messages":
        return None
    shown = {name: value for name, value in state.data.items() if name not in _NO_DATA}
    shown["messages"] = [message.to_dict() for message in shown["messages"]]
    return Seen(name="agent", values=shown)
