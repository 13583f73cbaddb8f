"""The recorded call that comes nearest to one that was never recorded, and where the two differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from agentprobe.trace.replay.key import Asked
from agentprobe.trace.replay.script import Scene

LOOKED_AT = 200
"""So many recorded calls are compared with one that is missing, those of the same name first."""
SHOWN, WIDTH = 4, 60
_GONE = object()


class Difference(NamedTuple):
    """One place in which two requests differ."""

    path: str
    recorded: Any
    asked: Any

    def __str__(self) -> str:
        if self.recorded is _GONE:
            return f"{self.path} is new: {_short(self.asked)}"
        if self.asked is _GONE:
            return f"{self.path} is gone, it was {_short(self.recorded)}"
        recorded, asked = _parting(self.recorded, self.asked)
        return f"{self.path} was {recorded}, is {asked}"


class Nearest(NamedTuple):
    """The recorded call with the fewest differences."""

    scene: Scene
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        shown = "; ".join(map(str, self.differences[:SHOWN]))
        more = len(self.differences) - SHOWN
        return f"{shown}; and {more} more" if more > 0 else shown


def nearest(asked: Asked, scenes: Iterable[Scene]) -> Nearest | None:
    """Of the recorded calls of the same kind the one that differs least; the earlier of two equal ones."""
    same = [scene for scene in scenes if scene.asked.kind == asked.kind]
    same.sort(key=lambda scene: (scene.asked.name != asked.name, scene.asked.dialect != asked.dialect))
    value = asked.value
    found = [
        Nearest(scene, (*_names(scene.asked, asked), *differences(scene.asked.value, value)))
        for scene in same[:LOOKED_AT]
    ]
    return min(found, key=lambda near: len(near.differences), default=None)


def differences(recorded: Any, asked: Any, path: str = "") -> Iterator[Difference]:
    """Every place in which two JSON values differ, by its path."""
    if isinstance(recorded, Mapping) and isinstance(asked, Mapping):
        for key in dict.fromkeys((*recorded, *asked)):
            place = f"{path}.{key}" if path else str(key)
            yield from differences(recorded.get(key, _GONE), asked.get(key, _GONE), place)
    elif _is_list(recorded) and _is_list(asked):
        for index in range(max(len(recorded), len(asked))):
            yield from differences(_item(recorded, index), _item(asked, index), f"{path}[{index}]")
    elif recorded is _GONE or asked is _GONE or recorded != asked or type(recorded) is not type(asked):
        yield Difference(path or "the request", recorded, asked)


def _names(recorded: Asked, asked: Asked) -> Iterator[Difference]:
    if recorded.name != asked.name and recorded.kind != "model":  # a model's name stands in its request
        yield Difference("name", recorded.name, asked.name)
    if recorded.dialect != asked.dialect:
        yield Difference("dialect", recorded.dialect, asked.dialect)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _item(values: Sequence[Any], index: int) -> Any:
    return values[index] if index < len(values) else _GONE


def _parting(recorded: Any, asked: Any) -> tuple[str, str]:
    """Both values, long texts from shortly before where they part."""
    if not (isinstance(recorded, str) and isinstance(asked, str)):
        return _short(recorded), _short(asked)
    common = next((i for i, (a, b) in enumerate(zip(recorded, asked, strict=False)) if a != b), 0)
    start = max(common - WIDTH // 2, 0) if max(len(recorded), len(asked)) > WIDTH else 0
    lead = "…" if start else ""
    return lead + _short(recorded[start:]), lead + _short(asked[start:])


def _short(value: Any) -> str:
    text = msgspec.json.encode(value, enc_hook=repr).decode()
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
