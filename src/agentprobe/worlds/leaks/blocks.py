"""A table of people cut into what hangs together: name, place, birth date, and what is one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.columns import Columns, Rows
from agentprobe.worlds.leaks.forms import worded
from agentprobe.worlds.roles import NAMES, Role
from agentprobe.worlds.schema import Schema, Table

TOGETHER: tuple[frozenset[Role], ...] = (
    NAMES,
    frozenset({Role.CITY, Role.POSTCODE, Role.REGION}),
    frozenset({Role.STREET, Role.ADDRESS}),
    frozenset({Role.BIRTH_DATE}),
    frozenset({Role.PHONE}),
)
"""Columns of one set depend on each other; those of different ones nearly not. E-mails are made of names."""
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """The same blocks of a source's and a world's rows, in numbers that are the same where the texts are."""

    table: str
    names: tuple[str, ...]
    ours: tuple[Codes, ...]
    """For each block one number a row; -1 where all of it is missing."""
    theirs: tuple[Codes, ...]


def blocks(source: Rows, world: Rows, schema: Schema, *, seed: int) -> Iterator[Blocks]:
    """The tables that have a name and something else about people."""
    for table in schema.tables:
        if table.name not in world.schema.names:
            continue
        kept = {column.name for column in world.schema.table(table.name).columns}
        sets = [_set(table, roles, kept) for roles in TOGETHER]
        if not sets[0] or sum(bool(one) for one in sets) < 2:
            continue
        names = tuple(name for one in sets for name in one)
        ours = Columns(source, table, names, seed=seed)
        theirs = Columns(world, world.schema.table(table.name), names, seed=seed)
        pairs = [_shared(ours, theirs, one) for one in sets if one]
        told = tuple("+".join(one) for one in sets if one)
        yield Blocks(table.name, told, tuple(one for one, _ in pairs), tuple(other for _, other in pairs))


def _set(table: Table, roles: frozenset[Role], kept: set[str]) -> tuple[str, ...]:
    """The columns of these roles; a full name makes its parts superfluous."""
    found = [column for column in table.columns if column.role in roles and column.name in kept]
    whole = [column.name for column in found if column.role is Role.FULL_NAME]
    return tuple(whole[:1] or (column.name for column in found))


def _shared(ours: Columns, theirs: Columns, names: tuple[str, ...]) -> tuple[Codes, Codes]:
    """Numbers for the rows of both sides, the same where all these columns have the same words."""
    split = ours.rows
    parts = []
    for name in names:
        sides = [columns.coded(name) for columns in (ours, theirs)]
        coded = pa.concat_arrays([worded(side.values) for side in sides]).dictionary_encode()
        of = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        first = np.append(of[: len(sides[0].values)], -1)[sides[0].codes]
        second = np.append(of[len(sides[0].values) :], -1)[sides[1].codes]
        parts.append(np.concatenate([first, second]))
    stacked = np.stack(parts, axis=1) if len(parts) > 1 else parts[0][:, None]
    joint = stacked[:, 0]
    for more in stacked.T[1:]:
        joint = np.unique((joint + 1) * (int(more.max(initial=0)) + 2) + more + 1, return_inverse=True)[
            1
        ].ravel()
    joint = np.where((stacked < 0).all(axis=1), -1, joint)
    return joint[:split].astype(np.int64), joint[split:].astype(np.int64)
