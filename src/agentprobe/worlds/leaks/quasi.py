"""How many rows share what together could say who somebody is: k-anonymity (Sweeney 2002)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agentprobe.worlds.fidelity.columns import Columns, Rows
from agentprobe.worlds.leaks.result import Check
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Schema, Table

QUASI = (Role.BIRTH_DATE, Role.POSTCODE, Role.CITY, Role.REGION, Role.COUNTRY)
_PERSONAL = (
    "gender",
    "sex",
    "nationality",
    "ethnicity",
    "marital_status",
    "occupation",
    "job_title",
    "title",
)


@dataclass(frozen=True)
class Groups:
    """Rows by how many share their quasi-identifiers."""

    columns: tuple[str, ...]
    shares: tuple[float, ...]
    """Of rows in groups of 2^i to 2^(i+1) - 1, from i = 0."""
    check: Check


def groups(world: Rows, schema: Schema, *, seed: int) -> Groups | None:
    """The groups of the table with most quasi-identifiers; None where no table has two of them."""
    tables = [(quasi_of(table), table) for table in schema.tables]
    names, table = max(tables, key=lambda pair: len(pair[0]), default=((), None))
    if table is None or len(names) < 2:
        return None
    columns = Columns(world, table, names, seed=seed)
    joint = columns.joint(names)
    counts = np.bincount(joint[joint >= 0])
    counts = counts[counts > 0]
    if not len(counts):
        return None
    mass = np.bincount(np.log2(counts).astype(np.int64), counts)
    rows = int(counts.sum())
    alone = float((counts == 1).sum() / rows)
    note = (
        "these values are replaced ones; that they are alone says how many rows stand out, not who they are"
    )
    check = Check(
        name="rows alone with their quasi-identifiers",
        where=f"{table.name}.{'+'.join(names)}",
        value=round(alone, 5),
        n=rows,
        note=note,
    )
    return Groups(names, tuple(np.round(mass / rows, 6).tolist()), check)


def quasi_of(table: Table) -> tuple[str, ...]:
    """The columns of a table that together could say who somebody is, guessed from their roles and names."""
    return tuple(
        column.name
        for column in table.columns
        if column.role in QUASI or (column.role is Role.CATEGORY and column.name.lower() in _PERSONAL)
    )
