"""How the values of some roles are replaced: what every treatment can do."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

import pyarrow as pa

from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table


class Treatment(Protocol):
    """Replaces the values of the columns with its roles; one object serves a whole snapshot.

    A snapshot reads its source twice: first every treatment learns from every batch, then all settle, then
    every batch is mapped. Whole batches are handed in, since what a value becomes may depend on its row.
    """

    roles: ClassVar[frozenset[Role]]

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """See a batch of the first pass; keeps counts, not rows."""
        ...

    def settle(self, key: Key) -> None:
        """Decide every pseudonym that can be decided now."""
        ...

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The values that stand in the world instead of a column's; nulls stay nulls, the type stays."""
        ...
