"""The room that asks the model with other settings than the agent's own, as production may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call
from agentprobe.domain.wire import HttpRequest
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage

ADJUSTED = "settings:other"
"""The mark of an answer that was asked for with other settings."""


class Adjusting:
    """Puts settings in the place of those that the agent chose; nothing else of a request changes."""

    place = Place.INJECT

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def intercept(self, call: Call) -> Passage:
        asked = self._asked(call)
        outcome = yield asked
        return outcome if asked is call else outcome.marked(ADJUSTED)

    def _asked(self, call: Call) -> Call:
        request = call.request
        if not call.dialect or not isinstance(request, HttpRequest):
            return call
        dialect = dialect_named(call.dialect)
        body = dialect.adjusted(request.body, self._settings)
        target = dialect.retargeted(request.target, self._settings)
        if body is request.body and target == request.target:
            return call
        return replace(call, request=replace(request, body=body, target=target))
