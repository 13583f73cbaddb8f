"""What a run has changed in a table, by key."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from agentprobe.errors import FixtureError
from agentprobe.worlds.schema import Table
from agentprobe.worlds.stand import addresses
from agentprobe.worlds.stand.overlay import gone, own
from agentprobe.worlds.stand.rows import quoted
from agentprobe.worlds.stand.servers import connected, name_of
from agentprobe.worlds.stand.standing import Standing, read_standing

COMPARED_UP_TO = 2_000_000
"""Rows of a table that are compared one by one; larger ones take too long after every run."""
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The keys of the rows that are other than in the world that the run was given."""

    inserted: tuple[Key, ...] = ()
    updated: tuple[Key, ...] = ()
    deleted: tuple[Key, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.inserted or self.updated or self.deleted)


def changed(run_folder: Path, standing_folder: Path, table: str) -> Changed:
    """Compare a run's table with the world's.

    Quick in an overlay at any size, and in SQLite where the run wrote nothing. Raises FixtureError for tables
    without a key, for large ones that must be compared row by row, and for forms that cannot be compared.
    """
    standing = read_standing(run_folder)
    asked = standing.schema.table(table)
    if not asked.key:
        raise FixtureError(f"table '{table}' has no key by which its rows could be told apart")
    ways: dict[str, Callable[[Standing, Path, Path, Table], Changed]] = {
        "sqlite": _in_sqlite,
        "postgres_overlay": _in_overlay,
    }
    if standing.form not in ways:
        raise FixtureError(f"changes cannot be listed in the form {standing.form}; ask by `look`")
    return ways[standing.form](standing, run_folder, standing_folder, asked)


def _in_sqlite(standing: Standing, run: Path, home: Path, table: Table) -> Changed:
    log = run / "world.sqlite-wal"
    if not log.exists() or log.stat().st_size == 0:
        return Changed()
    _check_size(standing, table)
    name = quoted(table.name)
    same = " AND ".join(f"r.{quoted(one)} IS b.{quoted(one)}" for one in table.key)
    kept = [column.name for column in table.columns if column.name not in table.key]
    other = " OR ".join(f"r.{quoted(one)} IS NOT b.{quoted(one)}" for one in kept) or "false"
    uri = f"file:{quote(str((run / 'world.sqlite').absolute()))}?mode=ro"
    base = f"file:{quote(str((home / 'world.sqlite').absolute()))}?mode=ro&immutable=1"
    missing = "SELECT {0} FROM {1} r WHERE NOT EXISTS (SELECT 1 FROM {2} b WHERE {3})"
    mine, theirs, keys = f"main.{name}", f"base.{name}", ", ".join(f"r.{quoted(one)}" for one in table.key)
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.execute("ATTACH ? AS base", (base,))
            asked = (
                missing.format(keys, mine, theirs, same),
                f"SELECT {keys} FROM {mine} r JOIN {theirs} b ON {same} WHERE {other}",
                missing.format(keys, theirs, mine, same),
            )
            found = [_keys(connection.execute(f"{sql} ORDER BY {keys}")) for sql in asked]
    except sqlite3.Error as error:
        raise FixtureError(f"the run's world cannot be compared: {error}") from error
    return Changed(inserted=found[0], updated=found[1], deleted=found[2])


def _in_overlay(standing: Standing, run: Path, home: Path, table: Table) -> Changed:
    mine = f"{name_of(standing.run)}.{name_of(own(table.name))}"
    away = f"{name_of(standing.run)}.{name_of(gone(table.name))}"
    keys = ", ".join(map(name_of, table.key))
    base = f"{name_of(standing.base)}.{name_of(table.name)}"
    both = " AND ".join(f"o.{name_of(one)} = b.{name_of(one)}" for one in table.key)
    told = ", ".join(f"o.{name_of(one)}" for one in table.key)
    with connected(addresses.whole(standing.address)) as connection:
        found = [
            _keys(connection.execute(f"{sql} ORDER BY {keys}".encode()))
            for sql in (
                f"SELECT {told} FROM {mine} o WHERE NOT EXISTS (SELECT FROM {base} b WHERE {both})",
                f"SELECT {told} FROM {mine} o WHERE EXISTS (SELECT FROM {base} b WHERE {both})",
                f"SELECT {told} FROM {away} o WHERE NOT EXISTS (SELECT FROM {mine} b WHERE {both})",
            )
        ]
    return Changed(inserted=found[0], updated=found[1], deleted=found[2])


def _keys(rows: Any) -> tuple[Key, ...]:
    return tuple(tuple(row) for row in rows)


def _check_size(standing: Standing, table: Table) -> None:
    rows = standing.rows.get(table.name, 0)
    if rows > COMPARED_UP_TO:
        raise FixtureError(
            f"table '{table.name}' has {rows:,} rows; up to {COMPARED_UP_TO:,} are compared row by row. "
            "Ask by `look` for the rows that the task is about"
        )
