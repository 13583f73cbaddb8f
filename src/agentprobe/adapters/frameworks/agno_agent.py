"""Agno: what a run of an agent or a team holds when it ends, stops or fails."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after


class AgnoAgent(Framework):
    """The messages of a run and the session's state, at the moment at which Agno stores them."""

    title = "Agno messages"
    modules = ("agno.agent._run", "agno.team._run")
    tools = ""
    refs = False
    state = "messages and session state of a run, at its end"

    def attach(self, module: Any) -> None:
        inner = "_" if module.__name__.startswith("agno.team") else ""
        for name in ("cleanup_and_store", "acleanup_and_store"):
            self.replace(module, inner + name, after(_run, source="agno"))


def _run(agent: Any, run_response: Any, session: Any, *_: Any, **__: Any) -> Seen:
    messages = [message.to_dict() for message in run_response.messages or ()]
    values = {"messages": messages, "state": run_response.session_state or {}}
    whose = getattr(agent, "name", None) or ""
    return Seen(name=f"agent {whose}".strip(), values=values, ref=run_response.run_id or "")
