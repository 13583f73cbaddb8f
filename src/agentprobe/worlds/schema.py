"""What a world's data looks like: tables, columns with their meaning, keys and references between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.worlds.roles import Role

KINDS = ("text", "integer", "float", "decimal", "boolean", "date", "timestamp", "time", "binary", "vector")
"""How values are stored: as Arrow string, int64, float64, decimal128(38, 9), bool, date32, timestamp[us]
(UTC where `zoned`), time64[us], binary, and a fixed-size list of float32."""


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column of a table."""

    name: str
    kind: str
    """One of `KINDS`."""
    role: Role = Role.DROPPED
    nullable: bool = True
    native: str = ""
    """The type in the source's own words, such as `numeric(10,2)`."""
    size: int = 0
    """The dimensions of a vector; the scale of a decimal."""
    zoned: bool = False
    """Does a timestamp say its zone? It is then stored in UTC."""
    domain: str = ""
    """Columns of one domain share their values: a name here is the same name there. Default: by role."""


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True):
    """Columns that refer to another table's, in the same order."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table; its `name` is unique in a schema, `namespace` is the database schema it came from."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """The primary key's columns; empty where the table has none."""
    unique: tuple[tuple[str, ...], ...] = ()
    """Further sets of columns whose values stand once."""
    references: tuple[ForeignKey, ...] = ()
    namespace: str = ""

    def column(self, name: str) -> Column:
        """Find a column; raises ConfigError for an unknown one."""
        for column in self.columns:
            if column.name == name:
                return column
        near = did_you_mean(name, [column.name for column in self.columns])
        raise ConfigError(f"table '{self.name}' has no column '{name}'{near}")

    def having(self, *roles: Role) -> tuple[Column, ...]:
        """The columns with one of these roles, in the table's order."""
        return tuple(column for column in self.columns if column.role in roles)


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """All tables of a source or a world."""

    tables: tuple[Table, ...]

    def table(self, name: str) -> Table:
        """Find a table; raises ConfigError for an unknown one."""
        for table in self.tables:
            if table.name == name:
                return table
        raise ConfigError(f"unknown table '{name}'{did_you_mean(name, self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        """The tables' names."""
        return tuple(table.name for table in self.tables)

    def parents_first(self) -> tuple[Table, ...]:
        """The tables so that those referred to come before those that refer, as far as cycles allow."""
        placed: dict[str, Table] = {}
        waiting = list(self.tables)
        while waiting:
            ready = [one for one in waiting if _parents(one, waiting) <= placed.keys()] or waiting[:1]
            placed |= {table.name: table for table in ready}
            waiting = [table for table in waiting if table.name not in placed]
        return tuple(placed.values())

    def children_of(self, name: str) -> Iterator[tuple[Table, ForeignKey]]:
        """Every reference to a table, with the table that refers."""
        for table in self.tables:
            for reference in table.references:
                if reference.table == name:
                    yield table, reference


def _parents(table: Table, among: Iterable[Table]) -> set[str]:
    names = {one.name for one in among}
    return {one.table for one in table.references if one.table in names and one.table != table.name}
