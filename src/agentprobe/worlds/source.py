"""Where production's data comes from: what every kind of source can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar, Protocol

import pyarrow as pa

from agentprobe.worlds.schema import Schema

BATCH_ROWS = 65_536
"""So many rows are read and written at a time."""


class Reading(Protocol):
    """A source held still: every look at it gives the same rows, however much it is written meanwhile."""

    @property
    def as_of(self) -> str:
        """When it was, as an ISO date and time in UTC."""
        ...

    @property
    def schema(self) -> Schema:
        """Tables, keys and references as the source declares them; roles are not guessed yet."""
        ...

    def rows(self, table: str) -> int | None:
        """How many rows a table has; None where that takes reading them all."""
        ...

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """A table's rows in batches of at most `BATCH_ROWS`, always in the same order.

        `columns` picks some, in that order; `most` stops after so many rows. Columns are in the types of
        `arrow.type_of`. Text that is no UTF-8 keeps its bytes as U+DC80..U+DCFF would not survive Arrow: each
        broken byte is told as U+FFFD, and the batch's field has the metadata key b"broken" with the count.
        """
        ...


class Source(Protocol):
    """A kind of source; the file in `sources/` is named after it."""

    name: ClassVar[str]

    @classmethod
    def fits(cls, where: str) -> bool:
        """Is this an address, a file or a folder of this kind?"""
        ...

    @classmethod
    def at(cls, where: str) -> Source:
        """The source at an address; it is opened by `reading`. Raises ConfigError for a wrong address."""
        ...

    @property
    def shown(self) -> str:
        """The address without its secrets, for messages and manifests."""
        ...

    def reading(self) -> AbstractContextManager[Reading]:
        """Hold the source still while it is read; raises ConfigError when it cannot be reached."""
        ...
