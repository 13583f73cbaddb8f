"""What a PostgreSQL database says of its tables: columns, keys, references, and how values are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from agentprobe.worlds.schema import Column, ForeignKey, Table
from agentprobe.worlds.sources.form.address import Picks
from agentprobe.worlds.sources.form.naming import names_of, quoted
from agentprobe.worlds.sources.postgres.types import Typed, settled, typed

if TYPE_CHECKING:
    import psycopg

_RELATIONS = """
SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                  AND d.deptype = 'e')
ORDER BY n.nspname, c.relname
"""
_COLUMNS = """
SELECT attrelid::int8, attnum::int8, attname, attnotnull, format_type(atttypid, atttypmod), atttypid::int8,
       atttypmod::int8
FROM pg_attribute WHERE attrelid = ANY(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum
"""
_TYPES = """
SELECT oid::int8, typname, typbasetype::int8, typtypmod::int8, typnotnull, typtype::text FROM pg_type
"""
_UNIQUE = """
SELECT indrelid::int8, indisprimary, (string_to_array(indkey::text, ' ')::int8[])[1:indnkeyatts]
FROM pg_index
WHERE indrelid = ANY(%s) AND indisunique AND indisvalid AND indpred IS NULL AND indexprs IS NULL
ORDER BY indrelid, NOT indisprimary, indexrelid
"""
_REFERENCES = """
SELECT conrelid::int8, conkey::int8[], confrelid::int8, confkey::int8[]
FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conrelid = ANY(%s) ORDER BY conrelid, conname
"""
_DEFAULT_SCHEMA = "public"


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table as a world knows it, and how to ask the database for it."""

    table: Table
    namespace: str
    own: str
    """What the database itself calls it."""
    kind: str
    """`r` table, `p` partitioned table, `v` view, `m` materialised view, `f` foreign table."""
    wire: dict[str, str] = field(default_factory=dict)
    """For each column the expression that is sent."""
    order: str = ""

    @property
    def sql(self) -> str:
        """Its name."""
        return f"{quoted(self.namespace)}.{quoted(self.own)}"

    @property
    def source(self) -> str:
        """What to select from: tables that inherit from an ordinary one are read by themselves."""
        return f"ONLY {self.sql}" if self.kind == "r" else self.sql

    @property
    def lockable(self) -> bool:
        """Can its rows be kept from being rewritten?"""
        return self.kind in "rp"


def relations(connection: psycopg.Connection, picks: Picks, shown: str) -> list[Relation]:
    """All tables that are wanted, in the order of their names."""
    rows = _asked(connection, _RELATIONS)
    picks.check([(row[1], row[2]) for row in rows], shown)
    found = [row for row in rows if picks.wants(row[1], row[2], view=row[3] in "vmf")]
    oids = [row[0] for row in found]
    names = names_of([(row[1], row[2]) for row in found], _DEFAULT_SCHEMA)
    named = {row[0]: names[row[1], row[2]] for row in found}
    types = {row[0]: row[1:] for row in _asked(connection, _TYPES)}
    columns = _grouped(_asked(connection, _COLUMNS, (oids,)))
    uniques = _grouped(_asked(connection, _UNIQUE, (oids,)))
    references = _grouped(_asked(connection, _REFERENCES, (oids,)))
    numbers = {oid: {row[0]: row[1] for row in columns.get(oid, [])} for oid in oids}
    made = []
    for oid, namespace, own, kind in found:
        parts = [_column(row, types) for row in columns.get(oid, [])]
        if not parts:
            continue
        key, unique = _keys(uniques.get(oid, []), numbers[oid])
        refers = [
            ForeignKey(
                columns=tuple(numbers[oid][one] for one in ours),
                table=named[target],
                to=tuple(numbers[target][one] for one in theirs),
            )
            for ours, target, theirs in references.get(oid, [])
            if target in named
        ]
        relation = Relation(
            table=Table(
                name=named[oid],
                columns=tuple(one.column for one in parts),
                key=key,
                unique=unique,
                references=tuple(refers),
                namespace=namespace,
            ),
            namespace=namespace,
            own=own,
            kind=kind,
        )
        made.append(_settled(connection, relation, parts))
    return made


def _asked(connection: psycopg.Connection, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    return connection.execute(query, values or None).fetchall()


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for first, *rest in rows:
        found.setdefault(first, []).append(tuple(rest))
    return found


def _column(row: tuple[Any, ...], types: dict[int, tuple[Any, ...]]) -> Typed:
    _, name, not_null, native, oid, modifier = row
    base, base_modifier = oid, modifier
    while types[base][4] == "d":  # a domain stands for the type beneath it
        not_null = not_null or types[base][3]
        base, base_modifier = types[base][1], types[base][2]
    column = Column(name=name, kind="text", native=native, nullable=not not_null)
    return typed(column, types[base][0], base_modifier)


def _keys(
    found: list[tuple[Any, ...]], names: dict[int, str]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    key: tuple[str, ...] = ()
    unique: list[tuple[str, ...]] = []
    for primary, numbers in found:
        columns = tuple(names[number] for number in numbers if number in names)
        if primary:
            key = columns
        elif columns not in unique and columns:
            unique.append(columns)
    return key, tuple(one for one in unique if one != key)


def _settled(connection: psycopg.Connection, relation: Relation, parts: Sequence[Typed]) -> Relation:
    """Decide what only the values can tell, and the order of the rows."""
    asked = [(place, part) for place, part in enumerate(parts) if part.asks]
    done = list(parts)
    if asked:
        expressions = ", ".join(one for _, part in asked for one in part.asks)
        answers = list(_asked(connection, f"SELECT {expressions} FROM {relation.source}")[0])
        for place, part in asked:
            done[place] = settled(part, answers[: len(part.asks)])
            answers = answers[len(part.asks) :]
    columns = tuple(one.column for one in done)
    table = msgspec.structs.replace(relation.table, columns=columns)
    wire = {one.column.name: one.wire for one in done}
    return replace(relation, table=table, wire=wire, order=_order(table, relation.kind))


def _order(table: Table, kind: str) -> str:
    """Order by key, the same on every server; without a key in the order in which the rows are stored."""
    whole = (one for one in table.unique if not any(table.column(name).nullable for name in one))
    key = table.key or next(whole, ())
    if key:
        return " ORDER BY " + ", ".join(_by(table.column(name)) for name in key)
    if kind in "rm":
        return " ORDER BY ctid"
    return " ORDER BY tableoid, ctid" if kind == "p" else ""


def _by(column: Column) -> str:
    textual = column.native.startswith(("text", "character", "varchar", "citext"))
    return quoted(column.name) + (' COLLATE "C"' if textual else "")
