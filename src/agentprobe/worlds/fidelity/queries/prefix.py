"""The beginning of a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow.compute

from agentprobe.worlds.fidelity.asking import SEARCHED, Asking, found
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table

pc: Any = pyarrow.compute  # its stubs know no large strings

LETTERS = 4


class Prefix(Asking):
    """Ask for the beginning of a value: `name LIKE 'smit%'`."""

    title = "first four letters"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """What people search, and codes of places and telephones, whose beginnings mean something."""
        return ((column.name,) for column in table.having(*SEARCHED, Role.POSTCODE, Role.PHONE))

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Every row's own beginning is asked for; shorter values are not."""
        coded = columns.folded(query.columns[0])
        long = pc.greater_equal(pc.utf8_length(coded.values), LETTERS)
        begins = pc.utf8_slice_codeunits(coded.values.filter(long), 0, LETTERS).dictionary_encode()
        sizes = np.zeros(len(begins.dictionary), np.int64)
        counts = coded.counts[long.to_numpy(zero_copy_only=False)]
        np.add.at(sizes, begins.indices.to_numpy(zero_copy_only=False), counts)
        return found(query, sizes, sizes, of="no value has four letters")
