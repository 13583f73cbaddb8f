"""A look into a world that stands in a database, as a run left it: for checks of the end state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Look(Protocol):
    """An open, read-only view of one run's world; use it with `with`."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query in the common subset of SQL, with `?` for each value.

        Table and column names are written through `name`.
        """
        ...

    def name(self, word: str) -> str:
        """A table's or column's name, quoted for this database."""
        ...

    def __enter__(self) -> Look: ...

    def __exit__(self, *_: object) -> None: ...
