"""What a tool would say if it had done what it is asked: learnt from its last answer, or made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentprobe.chaos._records import Role, leaves_changed, other_id, role_of, same
from agentprobe.chaos._results import UNCHANGED, copied, made_for, reshape
from agentprobe.chaos.fault import Occasion
from agentprobe.domain.call import ASKED_BACK, Call


def success(call: Call, occasion: Occasion, told: str = "") -> Any:
    """The answer of a tool that has done its work.

    It has the form of the tool's last good answer, with this call's arguments in the place of those of then
    and with new ids where the tool gave some. Where there is none it is `told`, or else a record of the
    arguments that says success.
    """
    earlier = occasion.earlier
    if earlier is None or ASKED_BACK in earlier.marks:
        return made_for(call, told or {"status": "success", **_named(call.request)})
    then, now = _named(occasion.asked_earlier), _named(call.request)
    other = reshape(earlier.value, lambda value: leaves_changed(value, _Renewed(then, now).leaf))
    return copied(earlier.value) if other is UNCHANGED else other


def _named(request: Any) -> dict[str, Any]:
    return {str(name): value for name, value in request.items()} if isinstance(request, Mapping) else {}


class _Renewed:
    """Puts one call's arguments where those of an earlier one stand."""

    def __init__(self, then: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        self._now = now
        self._asked = [str(value) for value in (*then.values(), *now.values())]
        self._pairs = [
            (then[name], value)
            for name, value in now.items()
            if name in then and not same(then[name], value) and isinstance(value, str | int | float)
        ]

    def leaf(self, name: str, value: Any) -> Any:
        """The other value of a field, or UNCHANGED."""
        if name in self._now and type(self._now[name]) is type(value):
            return self._now[name]
        for old, new in self._pairs:
            if same(old, value):
                return new
        if isinstance(value, str):
            return self._text(name, value)
        return other_id(value) if role_of(name, value) is Role.ID else UNCHANGED

    def _text(self, name: str, value: str) -> str:
        for old, new in self._pairs:
            if len(str(old)) > 1 and str(old) in value:
                value = value.replace(str(old), str(new))
        is_new = role_of(name, value) is Role.ID and not any(
            asked and asked in value for asked in self._asked
        )
        return str(other_id(value)) if is_new else value
