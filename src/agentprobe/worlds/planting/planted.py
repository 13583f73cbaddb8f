"""What was planted into a world, for whoever makes tasks of it; `planted.json` in the world's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from agentprobe.errors import FixtureError
from agentprobe.worlds.planting.cast import Cast
from agentprobe.worlds.planting.days import day_of, spelled

NAME = "planted.json"
FORMAT = 1


class Who(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A planted person, as a question can name them."""

    key: Any
    given: str
    surname: str
    city: str = ""
    born: str = ""
    """As an ISO date."""
    email: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        """Given name and surname."""
        return f"{self.given} {self.surname}"

    def told(self, *, city: bool = True, born: bool = True) -> str:
        """The person in a sentence, with as much as is wanted and known."""
        day = day_of(self.born)
        where = f" from {self.city}" if city and self.city else ""
        return f"{self.name}{where}{f', born {spelled(day)},' if born and day else ''}"


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """One ambiguity's cluster of rows."""

    ambiguity: str
    keys: dict[str, tuple[Any, ...]] = msgspec.field(default_factory=dict)
    """The keys of the rows that were added, by table; the target's comes first."""
    people: tuple[Who, ...] = ()
    """The people of the cluster, the target first."""
    facts: dict[str, Any] = msgspec.field(default_factory=dict)
    """What else a question about it needs."""
    skipped: str = ""
    """Why it was not planted: it does not fit this world."""


class Planting(msgspec.Struct, frozen=True, kw_only=True):
    """All that was planted into a world."""

    format: int = FORMAT
    seed: int
    k: int
    """How many look-alikes each target has."""
    cast: Cast
    planted: tuple[Planted, ...]


def read_planting(folder: Path) -> Planting | None:
    """What was planted into the world of a folder; None where nothing was."""
    try:
        raw = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FixtureError(f"{folder / NAME} cannot be read: {error.strerror}") from error
    try:
        return msgspec.json.decode(raw, type=Planting)
    except msgspec.DecodeError as error:
        raise FixtureError(f"{folder / NAME} cannot be read: {error}; plant again") from error
