"""What a MySQL database says of its tables: columns, keys, references, and how values are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from agentprobe.errors import ConfigError
from agentprobe.worlds.schema import Column, ForeignKey, Table
from agentprobe.worlds.sources.form.address import Picks
from agentprobe.worlds.sources.form.naming import quoted
from agentprobe.worlds.sources.mysql.types import Typed, settled, typed

Ask = Callable[..., list[tuple[Any, ...]]]
_HELD = ("InnoDB", "ROCKSDB", "TokuDB", "ndbcluster")
"""Engines of which a transaction sees one state."""
_TABLES = """
SELECT table_name, table_type, coalesce(engine, '') FROM information_schema.tables
WHERE table_schema = database() AND table_type IN ('BASE TABLE', 'VIEW') ORDER BY table_name
"""
_COLUMNS = """
SELECT table_name, column_name, data_type, column_type, is_nullable, numeric_precision, numeric_scale
FROM information_schema.columns WHERE table_schema = database() ORDER BY table_name, ordinal_position
"""
_UNIQUE = """
SELECT table_name, index_name, column_name FROM information_schema.statistics
WHERE table_schema = database() AND non_unique = 0 AND index_type <> 'FULLTEXT'
ORDER BY table_name, index_name <> 'PRIMARY', index_name, seq_in_index
"""
_REFERENCES = """
SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage
WHERE table_schema = database() AND referenced_table_schema = database() AND referenced_table_name IS NOT NULL
ORDER BY table_name, constraint_name, ordinal_position
"""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table as a world knows it, and how to ask the database for it."""

    table: Table
    view: bool
    wire: dict[str, str] = field(default_factory=dict)
    """For each column the expression that is sent."""

    @property
    def source(self) -> str:
        """What to select from; a table is read in the order in which its rows are stored."""
        return quoted(self.table.name) + ("" if self.view else " USE INDEX ()" if not self.table.key else "")

    @property
    def order(self) -> str:
        """By key, where there is one."""
        if not self.table.key:
            return ""
        return " ORDER BY " + ", ".join(quoted(name) for name in self.table.key)


def relations(ask: Ask, picks: Picks, shown: str) -> list[Relation]:
    """All tables that are wanted, in the order of their names.

    Raises ConfigError for one that is kept by an engine without transactions: it cannot be held still.
    """
    rows = [tuple(map(_text, row)) for row in ask(_TABLES)]
    picks.check([("", row[0]) for row in rows], shown)
    found = [row for row in rows if picks.wants("", row[0], view=row[1] == "VIEW")]
    loose = [name for name, form, engine in found if form == "BASE TABLE" and engine not in _HELD]
    if loose:
        raise ConfigError(
            f"{shown}: table '{loose[0]}' is kept by an engine without transactions and cannot be held still "
            "while it is read; ALTER TABLE … ENGINE=InnoDB on a copy, or pick other tables with #tables=…"
        )
    columns, uniques = _grouped(ask(_COLUMNS)), _grouped(ask(_UNIQUE))
    references = _grouped(ask(_REFERENCES))
    wanted = {row[0] for row in found}
    return [
        _relation(ask, name, form == "VIEW", columns.get(name, []), uniques.get(name, []), refers)
        for name, form, _ in found
        for refers in [[row for row in references.get(name, []) if _text(row[2]) in wanted]]
    ]


def _relation(
    ask: Ask,
    name: str,
    view: bool,
    columns: list[tuple[Any, ...]],
    uniques: list[tuple[Any, ...]],
    references: list[tuple[Any, ...]],
) -> Relation:
    parts = [_column(row) for row in columns]
    indexes: dict[str, tuple[str, ...]] = {}
    for index, column in uniques:
        if column is not None:  # an index on an expression has none
            indexes[_text(index)] = (*indexes.get(_text(index), ()), _text(column))
    key = indexes.pop("PRIMARY", ())
    relation = Relation(table=Table(name=name, columns=(), key=key), view=view)
    parts = _settled(ask, relation, parts)
    table = Table(
        name=name,
        columns=tuple(part.column for part in parts),
        key=key,
        unique=tuple(dict.fromkeys(one for one in indexes.values() if one != key)),
        references=_references(references),
    )
    return replace(relation, table=table, wire={part.column.name: part.sent for part in parts})


def _settled(ask: Ask, relation: Relation, parts: Sequence[Typed]) -> list[Typed]:
    """Decide what only the values can tell."""
    asked = [part.asks for part in parts if part.asks]
    if not asked:
        return list(parts)
    answers = iter(ask(f"SELECT {', '.join(asked)} FROM {relation.source}")[0])
    return [settled(part, next(answers)) if part.asks else part for part in parts]


def _references(rows: list[tuple[Any, ...]]) -> tuple[ForeignKey, ...]:
    found: dict[str, ForeignKey] = {}
    for constraint, column, table, to in (tuple(map(_text, row)) for row in rows):
        before = found.get(constraint, ForeignKey(columns=(), table=table, to=()))
        found[constraint] = msgspec.structs.replace(
            before, columns=(*before.columns, column), to=(*before.to, to)
        )
    return tuple(found.values())


def _column(row: tuple[Any, ...]) -> Typed:
    name, base, native, nullable, precision, scale = row
    column = Column(name=_text(name), kind="text", native=_text(native), nullable=_text(nullable) == "YES")
    return typed(column, _text(base).lower(), int(precision or 0), int(scale or 0))


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for first, *rest in rows:
        found.setdefault(_text(first), []).append(tuple(rest))
    return found


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
