"""Entries of a request that say more than our words do: kept as they came, and put back if still true.

An image in a message or a cache mark on a tool has no neutral word. Such an entry stands in `extra` as JSON
text under its position, and is written back wherever the neutral entry still says what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw

T = TypeVar("T")
P = TypeVar("P")
Kept = dict[str, str]
"""Position, as a number from 0, and JSON text."""

_each = msgspec.json.Decoder(list[Raw] | None).decode


class Sayable(Generic[P]):
    """Which entries our words can say entirely: those that `plain` decodes and that stand in `order`."""

    def __init__(self, plain: type[P], order: Callable[[P], bool] = lambda _: True) -> None:
        self._all = msgspec.json.Decoder(list[plain]).decode  # type: ignore[valid-type]  # a type, given
        self._one = msgspec.json.Decoder(plain).decode
        self._order = order

    def others(self, entries: Raw) -> Kept:
        """The entries that must be kept as they came."""
        try:
            if all(map(self._order, self._all(entries))):
                return {}
        except msgspec.ValidationError:
            pass
        found = enumerate(_each(entries) or ())
        return {str(at): bytes(entry).decode() for at, entry in found if not self._says(entry)}

    def _says(self, entry: Raw) -> bool:
        try:
            return self._order(self._one(entry))
        except msgspec.ValidationError:
            return False


def put_back(
    spoken: Sequence[T],
    kept: object,
    *,
    read: Callable[[Raw], T | None],
    write: Callable[[T], list[dict[str, Any]]],
    spread: Callable[[Raw], list[Raw]] = lambda raw: [raw],
) -> list[Any]:
    """The entries on the wire: as they came where nothing was changed, otherwise newly written.

    Kept entries for which `read` has no neutral word go where they stood; `spread` says what a kept text
    holds, where one of ours is several of theirs.
    """
    if not isinstance(kept, Mapping):
        return [entry for item in spoken for entry in write(item)]
    came = {int(position): Raw(text.encode()) for position, text in kept.items()}
    said = {at: read(raw) for at, raw in came.items()}
    places = dict(_places(spoken, said))
    entries: list[Any] = []
    for position, item in enumerate(spoken):
        entries.extend(spread(came[places[position]]) if position in places else write(item))
    for at in sorted(at for at, item in said.items() if item is None):
        entries[at:at] = spread(came[at])
    return entries


def _places(spoken: Sequence[T], said: Mapping[int, T | None]) -> Iterator[tuple[int, int]]:
    """Which kept entry stands for which spoken one: that of its own position first, else any equal one."""
    own = {at for at, item in said.items() if at < len(spoken) and item == spoken[at]}
    spare = [at for at in said if at not in own]
    for position, item in enumerate(spoken):
        at = position if position in own else next((at for at in spare if said[at] == item), None)
        if at is None:
            continue
        if at in spare:
            spare.remove(at)
        yield position, at
