"""An object that is another one in all but a few attributes."""

from __future__ import annotations

from types import MethodType
from typing import Any

_REAL, _CHANGED, _BOUND = "_agentprobe_real", "_agentprobe_changed", "_agentprobe_bound"


class StandIn:
    """Stands in for a framework's object while one of its methods runs, with a few attributes exchanged.

    The object itself is never touched, so that calls made at once cannot meet. What is set is set on the
    real one. Methods named in `through` see the stand-in when they are called on it; all others the object.
    """

    def __init__(self, real: Any, *, through: tuple[str, ...] = (), **changed: Any) -> None:
        object.__setattr__(self, _REAL, real)
        object.__setattr__(self, _CHANGED, changed)
        object.__setattr__(self, _BOUND, through)

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":  # what isinstance and super() go by
            return type(object.__getattribute__(self, _REAL))
        changed = object.__getattribute__(self, _CHANGED)
        if name in changed:
            return changed[name]
        real = object.__getattribute__(self, _REAL)
        if name in object.__getattribute__(self, _BOUND):
            return MethodType(getattr(type(real), name), self)
        return getattr(real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, _REAL), name, value)

    def __eq__(self, other: object) -> bool:
        return bool(object.__getattribute__(self, _REAL) == other)

    def __hash__(self) -> int:
        return hash(object.__getattribute__(self, _REAL))
