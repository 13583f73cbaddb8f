"""What each column of a source means, guessed from names, types, keys and a sample; a person confirms it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.guess.by_form import SAMPLE, looked_at
from agentprobe.worlds.guess.decide import Opinion, decided
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.roles import NAMES, PLACES, Role
from agentprobe.worlds.sanitise.json_leaves import leaves, read
from agentprobe.worlds.sanitise.setting import COMMON
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.source import Reading

_MOST_LEAVES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a column seems to mean; it holds forms of values, no values."""

    table: str
    column: str
    leaf: str = ""
    """The path within a JSON column."""
    kind: str
    role: Role
    domain: str
    confidence: float
    reason: str
    forms: tuple[str, ...] = ()
    few: bool = False
    """Is it the vocabulary of a table so small that nothing in it is common?"""


def guessed(reading: Reading, progress: Progress | None = None) -> Schema:
    """The source's schema with the roles and domains that its columns seem to have."""
    return with_roles(reading.schema, guesses(reading, progress))


def guesses(reading: Reading, progress: Progress | None = None) -> tuple[Guess, ...]:
    """What every column, and every leaf of JSON columns, seems to mean."""
    told = progress or Quiet()
    found: list[Guess] = []
    for number, table in enumerate(reading.schema.tables):
        told.step("looking at tables", number, len(reading.schema.tables))
        batches = [batch for batch in reading.batches(table.name, most=SAMPLE) if batch.num_rows]
        for column in table.columns:
            values = [batch.column(column.name) for batch in batches]
            found += _of_column(reading.schema, table, column, values)
    told.step("looking at tables", len(reading.schema.tables), len(reading.schema.tables))
    return tuple(found)


def with_roles(schema: Schema, found: tuple[Guess, ...]) -> Schema:
    """A schema whose columns have the roles and domains of guesses."""
    known = {(one.table, one.column): one for one in found if not one.leaf}
    tables = []
    for table in schema.tables:
        told = [(column, known[table.name, column.name]) for column in table.columns]
        columns = tuple(
            msgspec.structs.replace(column, role=one.role, domain=one.domain) for column, one in told
        )
        tables.append(msgspec.structs.replace(table, columns=columns))
    return Schema(tables=tuple(tables))


def _of_column(schema: Schema, table: Table, column: Column, values: list[Any]) -> list[Guess]:
    whole: pa.Array[Any] = pa.concat_arrays(values) if values else pa.array([], type_of(column))
    look = looked_at(whole)
    opinion = decided(column, look, keyed=_is_keyed(schema, table, column), table=table.name)
    guess = Guess(
        table=table.name,
        column=column.name,
        kind=column.kind,
        role=opinion.role,
        domain=domain(schema, table, column, opinion.role),
        confidence=opinion.confidence,
        reason=opinion.reason,
        forms=_told_forms(opinion, look.forms),
        few=_is_lookup(schema, table, look.count),
    )
    return [guess, *(_leaves(table, column, whole) if opinion.role is Role.JSON else ())]


def _told_forms(opinion: Opinion, forms: tuple[tuple[str, float], ...]) -> tuple[str, ...]:
    if opinion.role in (Role.SECRET, Role.DOCUMENT, Role.TEXT, Role.JSON, Role.VECTOR):
        return ()
    return tuple(form for form, part in forms if part >= 0.1)


def _is_keyed(schema: Schema, table: Table, column: Column) -> bool:
    """Is it a key, or does it refer to one? A key of dates or of words that say something is none."""
    referring = any(column.name in one.columns for one in table.references)
    referred = any(column.name in one.to for _, one in schema.children_of(table.name))
    alone = table.key == (column.name,)
    return (referring or referred or alone) and column.kind in ("integer", "text", "binary", "decimal")


def domain(schema: Schema, table: Table, column: Column, role: Role) -> str:
    """The values that a column shares with others: names with names, a reference with what it refers to."""
    if role in NAMES:
        return "person"
    if role in PLACES - {Role.POSTCODE, Role.REGION}:
        return "place"
    return _root(schema, table, column.name) if role is Role.IDENTIFIER else ""


def _root(schema: Schema, table: Table, column: str, seen: tuple[tuple[str, str], ...] = ()) -> str:
    """The column at the end of all references, by table and name; of a circle the first by the alphabet."""
    place = table.name, column
    if place in seen:
        return ".".join(min(seen[seen.index(place) :]))
    for reference in table.references:
        if column in reference.columns and reference.table in schema.names:
            to = reference.to[reference.columns.index(column)]
            if (reference.table, to) != place:
                return _root(schema, schema.table(reference.table), to, (*seen, place))
    return f"{table.name}.{column}"


def _is_lookup(schema: Schema, table: Table, rows: int) -> bool:
    """A short table that others refer to, such as one of statuses."""
    return (
        0 < rows <= 10 * COMMON
        and any(True for _ in schema.children_of(table.name))
        and len(table.columns) <= 5
    )


def _leaves(table: Table, column: Column, values: pa.Array[Any]) -> list[Guess]:
    """The leaves of a JSON column that stand in enough rows to be keys and not values."""
    found: dict[str, list[Any]] = {}
    rows: Counter[str] = Counter()
    texts = values.drop_null().to_pylist()
    for row, text in enumerate(texts):
        here = list(leaves(row, read(text)))
        rows.update({leaf.path for leaf in here})
        for leaf in here:
            if leaf.path in found or len(found) < 10 * _MOST_LEAVES:
                found.setdefault(leaf.path, []).append(leaf.value)
    least = min(COMMON, max(2, len(texts) // 2))
    kept = [path for path, count in rows.most_common(_MOST_LEAVES) if count >= least and path]
    return [_leaf(table, column, path, found[path]) for path in sorted(kept)]


def _leaf(table: Table, column: Column, path: str, values: list[Any]) -> Guess:
    kind = _kind_of(values)
    inner = Column(name=path.rpartition(".")[2].removesuffix("[]"), kind=kind)
    look = looked_at(_array(values, kind, inner))
    opinion = decided(inner, look, table=table.name)
    if opinion.role is Role.JSON:
        opinion = Opinion(Role.DROPPED, 0.9, "JSON within JSON")
    names = "person" if opinion.role in NAMES else "place" if opinion.role in PLACES else ""
    return Guess(
        table=table.name,
        column=column.name,
        leaf=path,
        kind=kind,
        role=opinion.role,
        domain=names,
        confidence=opinion.confidence,
        reason=opinion.reason,
        forms=_told_forms(opinion, look.forms),
    )


def _kind_of(values: list[Any]) -> str:
    kinds = Counter(_KINDS.get(type(value), "") for value in values if value is not None)
    kind = kinds.most_common(1)[0][0] if kinds else "text"
    return "float" if kind == "integer" and kinds["float"] else kind or "text"


_KINDS = {str: "text", int: "integer", float: "float", bool: "boolean"}


def _array(values: list[Any], kind: str, column: Column) -> pa.Array[Any]:
    fitting = [
        value
        for value in values
        if _KINDS.get(type(value)) == kind or (kind == "float" and type(value) is int)
    ]
    small = [value for value in fitting if not isinstance(value, int) or -(2**63) <= value < 2**63]
    return pa.array(small, type_of(column))


__all__ = ["Guess", "domain", "guessed", "guesses", "with_roles"]
