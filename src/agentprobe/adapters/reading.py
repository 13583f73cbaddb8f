"""Tools that only read, though nothing in their code says so: somebody who knows them has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from agentprobe.domain.call import Call, Effect
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage


class Reading:
    """The outermost room: from here on calls of these tools are reads."""

    place: ClassVar[Place] = Place.AGENT_SIDE

    def __init__(self, tools: Iterable[str]) -> None:
        self._sites = frozenset(f"tool:{name}" for name in tools)

    def intercept(self, call: Call) -> Passage:
        known = call.effect is Effect.WRITE and call.site in self._sites
        return (yield replace(call, effect=Effect.READ, intent="") if known else call)
