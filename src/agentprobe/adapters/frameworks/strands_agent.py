"""Strands Agents: an agent's messages and state, after each message that is added."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after


class StrandsAgent(Framework):
    """The messages of an agent and the state that its tools write."""

    title = "Strands messages"
    modules = ("strands.agent.agent",)
    tools = ""
    refs = False
    state = "messages and state of the agent, after each message"

    def attach(self, module: Any) -> None:
        added = next(name for name in ("_append_messages", "_append_message") if name in vars(module.Agent))
        self.replace(module.Agent, added, after(_messages, source="strands"))


def _messages(agent: Any, *_: Any) -> Seen:
    values = {"messages": agent.messages, "state": agent.state.get()}
    return Seen(name=f"agent {agent.name}", values=values)
