"""Keys that no row of a world has: inside the range of the others, so that nothing tells them apart.

A key depends on the seed and on what it is for, not on the world, and is passed over only where a row has
it already; so a cluster has the same keys at every density. Where a table numbers its rows without a gap
there is no free key among them: the new rows then are its latest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from agentprobe.basis.dice import Dice
from agentprobe.errors import FixtureError
from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.schema import Column

CHOICES = 12
"""So many keys are tried for one place."""
PLACES = 64
"""So many new rows a table can have for one ambiguity."""
_NUMBERED = re.compile(r"(\D*)(\d{1,18})(\D*)")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class FreshKeys:
    """The keys that one table can still give."""

    def __init__(
        self,
        world: WorldFolder,
        table: str,
        column: str,
        *,
        like: Sequence[Any],
        seed: int,
        users: Sequence[str],
    ) -> None:
        """`like` are keys that the table has at every density; `users` are all who may ask for keys."""
        self._of = f"{table}.{column}"
        self._choices = {
            user: [self._drawn(like, Dice(seed), user, place) for place in range(PLACES)] for user in users
        }
        self._taken, self._last = self._meet(world, table, world.schema.table(table).column(column))

    def take(self, user: str, place: int) -> Any:
        """The key for a user's new row of this number."""
        if place >= PLACES:
            raise FixtureError(f"{user} wants more than {PLACES} new rows with a {self._of}; plant fewer")
        free = [choice for choice in self._choices[user][place] if choice not in self._taken]
        if free:
            found = free[0]
        elif isinstance(self._last, int):
            found = self._last = self._last + 1
        else:
            raise FixtureError(f"there is no free value left in the range of {self._of}")
        self._taken.add(found)
        return found

    def _drawn(self, like: Sequence[Any], dice: Dice, user: str, place: int) -> list[Any]:
        chance = dice.at("fresh", self._of, user, place)
        known = [value for value in like if value is not None]
        if not known:
            return []
        if all(isinstance(value, int) for value in known):
            return _numbers_like(known, chance)
        form = str(known[0])
        if parts := [found for value in known if (found := _NUMBERED.fullmatch(str(value)))]:
            first, width = parts[0], len(parts[0][2])
            same = [int(part[2]) for part in parts if part[1] == first[1] and part[3] == first[3]]
            return [f"{first[1]}{number:0{width}}{first[3]}" for number in _numbers_like(same, chance)]
        return [_text_like(form, chance) for _ in range(CHOICES)]

    def _meet(self, world: WorldFolder, table: str, column: Column) -> tuple[set[Any], Any]:
        """Which of all choices the table has, and its last key."""
        drawn = {one for places in self._choices.values() for choices in places for one in choices}
        kind = type_of(column)
        ours = pa.array(sorted(drawn), kind) if drawn else pa.array([], kind)
        taken: set[Any] = set()
        last: Any = None
        for batch in world.batches(table, [column.name]):
            values = batch.column(0)
            taken.update(values.filter(pc.is_in(values, value_set=ours)).to_pylist())
            if column.kind == "integer" and values.null_count < len(values):
                most = pc.max(values).as_py()
                last = most if last is None else max(last, most)
        return taken, (last or 0) if column.kind == "integer" else None


def _numbers_like(known: Sequence[int], chance: Random) -> list[int]:
    """Numbers between the known ones, and then some with as many digits."""
    low, high = min(known), max(known)
    digits = len(str(abs(high)))
    inside = [chance.randint(low, high) for _ in range(CHOICES - 4)]
    return inside + [chance.randint(10 ** (digits - 1), 10**digits - 1) for _ in range(4)]


def _text_like(form: str, chance: Random) -> str:
    """A text of the same form: letters for letters, digits for the last run of them, capitals kept."""
    if _UUID.fullmatch(form):
        made = "".join(chance.choice("0123456789abcdef") if one != "-" else one for one in form)
        made = made[:14] + form[14] + made[15:19] + form[19] + made[20:]
        return made.upper() if form.isupper() else made
    runs = list(re.finditer(r"\d+", form))
    if runs:
        at, to = runs[-1].span()
        return form[:at] + _digits(form[at:to], chance) + form[to:]
    letters = [chance.choice("abcdefghijklmnopqrstuvwxyz") if one.isalpha() else one for one in form]
    return "".join(new.upper() if old.isupper() else new for new, old in zip(letters, form, strict=True))


def _digits(old: str, chance: Random) -> str:
    """As many digits, zeros in front kept."""
    zeros = len(old) - len(old.lstrip("0"))
    return old[:zeros] + "".join(
        str(chance.randint(1 if nth == 0 else 0, 9)) for nth in range(len(old) - zeros)
    )
