"""A model with a plan: two tools at once, a third that needs the sum, and an answer made of all results."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from agentprobe.domain.model import ModelRequest
from agentprobe.sim.policy import Option, Policy, call, say


class Planned(Policy):
    """Keeps to its plan, whatever the agent is; each request leaves a line in the file that ASKED names."""

    def options(self, request: ModelRequest) -> Sequence[Option]:
        _count(request)
        told = {result.call_id: result.content for message in request.messages for result in message.results}
        wished = [wish for message in request.messages for wish in message.tool_calls]
        if not wished:
            return [call(("get_weather", {"city": "Oslo"}), ("add", {"a": 2, "b": 3}))]
        if len(wished) == 2:
            return [call(("add", {"a": int(told[wished[1].id]), "b": 4}))]
        return [say("; ".join(f"{wish.name}: {told[wish.id]}" for wish in wished))]


def _count(request: ModelRequest) -> None:
    if path := os.environ.get("ASKED"):
        with Path(path).open("a") as file:
            file.write(f"{request.model}\n")
