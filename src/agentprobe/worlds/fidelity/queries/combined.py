"""Several values at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from agentprobe.worlds.fidelity.asking import Asking, found
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table


class Combined(Asking):
    """Ask for several values at once: a name and a city."""

    title = "several values together"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """The whole name, and the whole name with the city."""
        name = name_of(table)
        if len(name) > 1:
            yield name
        city = table.having(Role.CITY)
        if name and city:
            yield (*name, city[0].name)

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Every row's own values are asked for; rows that lack one are not."""
        joint = columns.joint(query.columns)
        counts = np.bincount(joint[joint >= 0])
        return found(query, counts[counts > 0], counts[counts > 0])


def name_of(table: Table) -> tuple[str, ...]:
    """The columns that make a person's whole name; none where there are no such."""
    whole = table.having(Role.FULL_NAME)
    if whole:
        return (whole[0].name,)
    parts = (*table.having(Role.GIVEN_NAME)[:1], *table.having(Role.SURNAME)[:1])
    return tuple(column.name for column in parts) if len(parts) == 2 else ()
