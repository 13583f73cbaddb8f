"""What a cell of the matrix is, and what is known of it once it was run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Point(StrEnum):
    """Which of the task's two answers is struck."""

    CALL = "call"
    """The answer that wishes for the tool."""
    ANSWER = "answer"
    """The answer after the tool has run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One library, one way of asking, one fault at one answer."""

    column: str
    streamed: bool
    row: str
    """The fault with its settings, as in a schedule; nothing for a run without a fault."""
    point: Point
    lasting: bool = False
    """Does the fault strike every attempt, and not the first alone?"""
    watched: bool = False
    """Must the fault see all calls, since it strikes what follows another?"""

    @property
    def schedule(self) -> str:
        """The strike in a schedule's own words."""
        if not self.row:
            return ""
        if self.watched:
            return f"{self.row}@model"
        about = f"[{DONE}]" if self.point is Point.ANSWER else ""
        return f"{self.row}@model{about}{'' if self.lasting else ':1'}"

    @property
    def name(self) -> str:
        """A text that is no other cell's."""
        return f"{self.column} {'streamed' if self.streamed else 'whole'} {self.point} {self.schedule}"


DONE = "refunded"
"""What stands in a request once the tool has run, and in none before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """An exception that reached the program."""

    type: str
    own: bool
    """Is it of the library's own tree, or of the SDK's that it stands on?"""
    here: bool
    """Did the program's own lines raise it, from what the library had handed over without a word?"""
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What reached the program, and what it did."""

    struck: int = 0
    """How often the fault did something."""
    asked: int = 0
    """How many requests were made for the answer that was struck."""
    as_wished: bool = True
    """Were all of them streamed, or none, as the cell has it?"""
    waited: float = 0.0
    """Seconds that the program would have waited, for answers and before it tried again."""
    answer: str | None = None
    error: Error | None = None
    executed: tuple[Mapping[str, Any], ...] = ()
    """The arguments of every time that the tool ran."""
    hung: bool = False
    """Was there no end within the limit?"""
    died: bool = False
    """Did the program's process end?"""
    seconds: float = 0.0
    """How long the cell really took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A cell that was run."""

    cell: Cell
    facts: Facts
    key: str
    """The digest of all that could make it come out otherwise."""
    date: str
