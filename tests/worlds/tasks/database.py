"""A world in a SQLite database, as a run has it: to be changed by an agent and looked into by a judge."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from agentprobe.worlds.folder import WorldFolder


class Database:
    """A look that can also write."""

    def __init__(self, world: WorldFolder) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.row_factory = sqlite3.Row
        for table in world.schema.tables:
            names = [column.name for column in table.columns]
            self.connection.execute(
                f"CREATE TABLE {self.name(table.name)} ({', '.join(map(self.name, names))})"
            )
            rows = [tuple(map(_plain, row.values())) for row in world.table(table.name).to_pylist()]
            marks = ", ".join("?" * len(names))
            self.connection.executemany(f"INSERT INTO {self.name(table.name)} VALUES ({marks})", rows)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(sql, tuple(values))]

    def name(self, word: str) -> str:
        return '"' + word.replace('"', '""') + '"'

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
