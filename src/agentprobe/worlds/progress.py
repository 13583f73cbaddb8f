"""How far long work is, for whoever wants to know."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of every step of long work; called often, so it must be quick."""

    def step(self, what: str, done: int = 0, total: int | None = None) -> None:
        """`done` of `total` (None when unknown) of a piece of work, such as rows of "reading customers"."""
        ...


class Quiet:
    """Nobody wants to know."""

    def step(self, what: str, done: int = 0, total: int | None = None) -> None: ...
