"""The fault parameter_rejected: a setting is no longer understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from agentprobe.chaos._refusals import Refusing
from agentprobe.dialects import Dialect
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpReply

_LIMITED = "max_tokens"
"""The setting that stays allowed, up to half of what was asked for."""
_USUAL = ("temperature", "top_p", "seed", "stop", "parallel_tool_calls", _LIMITED, "tools", "think")
"""In this order a request's settings are taken."""


@dataclass(frozen=True, kw_only=True)
class ParameterRejected(Refusing):
    """A setting is no longer understood.

    What happens: status 400 with the provider's own words for a setting that the request has: `parameter`, or
    the first of temperature, top_p, seed, stop, parallel_tool_calls, the limit of tokens and tools. A request
    without it is let through; of the limit of tokens it is said that it is too high, and half of it passes.
    A request that has none of them is let through; Ollama rejects only tools and thinking.
    Seen in the wild: newer models take no temperature, a limit that was renamed, a gateway that sends each
    model the same settings. All calls fail from one day to the next.
    A sound agent: does not ask the same again; it leaves the setting out and goes on, or says what is wrong.
    """

    remedy: ClassVar[str] = "Pin model and settings together, and drop a setting that the provider rejects."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.PINNED_SETTINGS, Mend.ERROR_HANDLING)
    lasting: ClassVar[bool] = True

    parameter: str = ""
    """Which setting, by its name or by its place in the request; empty for the first there is."""

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        fields = msgspec.json.decode(plain_request(call.request))
        known = self.occasion.notes.get("rejected")
        for place, most in [known] if known else self._candidates(dialect, fields):
            value = _at(fields, place)
            if value is None or (most and isinstance(value, int) and value <= most):
                continue
            refusal = Refusal(
                reason=Reason.PARAMETER_REJECTED,
                parameter=place,
                size=value if most and isinstance(value, int) else 0,
                most=most,
            )
            if (reply := dialect.write_refusal(refusal, asked)) is not None:
                self.first("rejected", (place, most))
                return reply
        return None

    def _candidates(self, dialect: Dialect, fields: Any) -> Iterator[tuple[str, int]]:
        """The places of settings that the request has, and how much each may be, where that matters."""
        for name in (self.parameter,) if self.parameter else _USUAL:
            for place in dialect.setting_places.get(name, (name,)):
                value = _at(fields, place)
                if value not in (None, [], False):
                    is_limit = name == _LIMITED and type(value) is int and value > 1
                    yield place, value // 2 if is_limit else 0


def _at(fields: Any, place: str) -> Any:
    for key in place.split("."):
        fields = fields.get(key) if isinstance(fields, dict) else None
    return fields
