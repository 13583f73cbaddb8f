"""A model with a plan: two tools at once, a third that needs the sum, and an answer made of all results."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from agentprobe.domain.model import ModelRequest
from agentprobe.sim.policy import Option, Policy, call, say


class Planned(Policy):
    """Keeps to its plan, whatever the agent is; each request leaves a line in the file that ASKED names."""

    def options(self, request: ModelRequest) -> Sequence[Option]:
        _count(request)
        told = {
            result.call_id: _plain(result.content)
            for message in request.messages
            for result in message.results
        }
        wished = [wish for message in request.messages for wish in message.tool_calls]
        if not wished:
            known = _names(request)
            return [call((known["get_weather"], {"city": "Oslo"}), (known["add"], {"a": 2, "b": 3}))]
        if len(wished) == 2:
            return [call((wished[1].name, {"a": int(told[wished[1].id]), "b": 4}))]
        return [say("; ".join(f"{_last(wish.name)}: {told[wish.id]}" for wish in wished))]


def _names(request: ModelRequest) -> dict[str, str]:
    """What the two tools are called here: a server's name may stand before theirs."""
    return {"get_weather": "get_weather", "add": "add"} | {_last(t.name): t.name for t in request.tools}


def _last(name: str) -> str:
    return name.rpartition("__")[2]


def _plain(content: str) -> str:
    """What a tool gave; some frameworks put it into an object before they tell the model, or add to it."""
    content = content.partition("<system-reminder>")[0].strip()
    try:
        read = json.loads(content)
    except ValueError:
        return content
    return str(read["result"]) if isinstance(read, dict) and set(read) == {"result"} else content


def _count(request: ModelRequest) -> None:
    if path := os.environ.get("ASKED"):
        with Path(path).open("a") as file:
            file.write(f"{request.model}\n")
