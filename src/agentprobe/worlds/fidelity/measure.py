"""To ask a source or a world all queries of a catalogue, and to see how its values are spread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np

from agentprobe.worlds.fidelity.asking import QUERIES
from agentprobe.worlds.fidelity.columns import Columns, Rows
from agentprobe.worlds.fidelity.dirt import WRITTEN, dirt
from agentprobe.worlds.fidelity.queries.combined import name_of
from agentprobe.worlds.fidelity.result import Dirt, Measured, Observed, Query, Spectrum
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.roles import IDENTIFYING, PROSE, Role
from agentprobe.worlds.schema import Table


def measure(
    rows: Rows,
    queries: Sequence[Query],
    *,
    seed: int = 0,
    paired_with: Measured | None = None,
    entities: Mapping[str, str] | None = None,
    most: Mapping[str, int] | None = None,
    progress: Progress | None = None,
) -> Measured:
    """Ask every query of a source or a world.

    `paired_with` is what was measured in the source when each row here stands for the source's row of the
    same number (a mapped snapshot): the same rows are then asked for on both sides. `entities` names, of each
    table, the column that says which rows are of one entity. `most` reads only so many rows of a table.
    """
    told = progress or Quiet()
    observed: list[Observed] = []
    spectra: list[Spectrum] = []
    soiled: list[Dirt] = []
    counted: dict[str, int] = {}
    for table in rows.schema.tables:
        asked = [query for query in queries if query.table == table.name]
        if not asked:
            continue
        limit = (most or {}).get(table.name)
        entity = (entities or {}).get(table.name, "")
        names = tuple(dict.fromkeys([*_read(table, asked), *([entity] if entity else [])]))
        columns = Columns(rows, table, names, seed=seed, most=limit, entity=entity, progress=told)
        counted[table.name] = columns.rows
        for number, query in enumerate(asked):
            told.step(f"asking {table.name}", number, len(asked))
            observed.append(_observed(query, columns))
        spectra += _spectra(table, columns)
        soiled += dirt(columns)
    return Measured(
        rows=counted,
        seed=seed,
        paired=paired_with is not None and counted == paired_with.rows and seed == paired_with.seed,
        observed=tuple(observed),
        spectra=tuple(spectra),
        dirt=tuple(soiled),
    )


def _read(table: Table, asked: Iterable[Query]) -> list[str]:
    """The columns to be read: those asked about, and those whose dirt is told."""
    wanted = chain.from_iterable(query.columns for query in asked if not QUERIES.get(query.kind).streams)
    names = [name for name in wanted if _is_there(table, name)]
    names += [
        c.name for c in table.columns if c.role in WRITTEN or c.role is Role.NUMBER or c.role is Role.MONEY
    ]
    names += [c.name for c in table.having(Role.TEXT)]
    return names


def _is_there(table: Table, name: str) -> bool:
    return any(column.name == name for column in table.columns)


def _observed(query: Query, columns: Columns) -> Observed:
    asking = QUERIES.get(query.kind)
    gone = [name for name in query.columns if not _is_there(columns.table, name)]
    if gone:
        return Observed(query=query, missing=f"there is no column {', '.join(gone)}")
    if not columns.rows and not asking.streams:
        return Observed(query=query, missing="the table is empty")
    return asking.observe(query, columns)


def _spectra(table: Table, columns: Columns) -> Iterator[Spectrum]:
    sets: list[tuple[str, ...]] = [
        (column.name,) for column in table.columns if column.role in IDENTIFYING - PROSE
    ]
    name = name_of(table)
    city = tuple(column.name for column in table.having(Role.CITY)[:1])
    if len(name) > 1:
        sets.append(name)
    if name and city:
        sets.append((*name, *city))
    for names in sets:
        if set(names) <= set(columns.names) and (found := _spectrum(table, names, columns)) is not None:
            yield found


def _spectrum(table: Table, names: tuple[str, ...], columns: Columns) -> Spectrum | None:
    if len(names) == 1:
        counts = columns.coded(names[0]).counts
    else:
        joint = columns.joint(names)
        counts = np.bincount(joint[joint >= 0])
    counts = counts[counts > 0]
    if not len(counts):
        return None
    mass = np.bincount(np.floor(np.log2(counts)).astype(np.int64), weights=counts)
    shares = tuple(np.round(mass / mass.sum(), 7).tolist())
    rows = int(counts.sum())
    return Spectrum(table=table.name, columns=names, mass=shares, rows=rows, distinct=len(counts))
