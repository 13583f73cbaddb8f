"""A world in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from agentprobe.errors import FixtureError
from agentprobe.worlds.look import Look
from agentprobe.worlds.schema import Table
from agentprobe.worlds.stand import shared_file
from agentprobe.worlds.stand.form import Form, Loaded, Run, Work
from agentprobe.worlds.stand.looks import DuckdbLook
from agentprobe.worlds.stand.rows import engine, literal, parquet, quoted
from agentprobe.worlds.stand.standing import Standing

FILE = "world.duckdb"
REAL_UP_TO = 200_000
"""Rows up to which a table is copied for each run, so that the run can write it."""


class Duckdb(Form):
    """Small tables in `world.duckdb`, large ones in Parquet beside it; for questions over many rows.

    Each run gets a copy of the file; large tables are views that can only be read,
    unless `writes` names them. References between tables are not declared, since DuckDB refuses some updates
    that they allow.
    """

    name = "duckdb"

    def load(self, work: Work) -> Loaded:
        """Read the Parquet in DuckDB; large tables stay Parquet, in the order of their key."""
        path = work.folder / FILE
        views = tuple(table.name for table in work.tables if self._large(table, work))
        shared = [f"tables/{number}.parquet" for number in range(len(views))]
        try:
            with engine() as connection:
                connection.execute(f"ATTACH {literal(str(path))} AS world")
                for table in work.tables:
                    work.progress.step(f"standing {table.name}", 0, work.world.rows(table.name))
                    if table.name in views:
                        file = work.folder / shared[views.index(table.name)]
                        file.parent.mkdir(exist_ok=True, mode=0o700)
                        connection.execute(f"COPY ({_rows(work, table)}) TO {literal(str(file))}")
                    else:
                        self._real(connection, work, table)
                connection.execute("DETACH world")
        except duckdb.Error as error:
            raise FixtureError(f"the world cannot stand in DuckDB: {_first_line(error)}") from error
        path.chmod(0o600)
        notes = tuple(f"{name} is a view that can only be read" for name in views)
        return Loaded(shared=(FILE, *shared), views=views, notes=notes)

    def furnish(self, run: Run) -> Mapping[str, str]:
        """Copy the file, and name the Parquet by views."""
        self._check(run.standing, run.home)
        target = run.folder / FILE
        shared_file.own(run.home / FILE, target)
        if run.standing.views:
            with duckdb.connect(str(target)) as connection:
                for number, name in enumerate(run.standing.views):
                    rows = parquet([run.home / f"tables/{number}.parquet"])
                    connection.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS SELECT * FROM {rows}")
        return {}

    def release(self, standing: Standing, folder: Path, address: str) -> None:
        """Remove the run's copy."""
        for name in (FILE, f"{FILE}.wal"):
            (folder / name).unlink(missing_ok=True)
        if Path(standing.home).is_dir():
            self._check(standing, Path(standing.home))

    def look(self, standing: Standing, folder: Path, address: str) -> Look:
        """The file as the run left it."""
        return DuckdbLook(str(folder / FILE))

    def _large(self, table: Table, work: Work) -> bool:
        return work.world.rows(table.name) > REAL_UP_TO and table.name not in work.writes

    def _real(self, connection: duckdb.DuckDBPyConnection, work: Work, table: Table) -> None:
        name = f"world.main.{quoted(table.name)}"
        columns = [
            f"{quoted(column.name)} {_type(column.kind, column.size, zoned=column.zoned)}"
            for column in table.columns
        ]
        if table.key:
            columns.append(f"PRIMARY KEY ({', '.join(map(quoted, table.key))})")
        connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
        if work.world.files(table.name):
            connection.execute(f"INSERT INTO {name} {_rows(work, table)}")

    def _check(self, standing: Standing, home: Path) -> None:
        for mark in standing.marks:
            if mark.path.startswith("tables/") and not mark.holds(home / mark.path):
                raise FixtureError(
                    f"a run changed {home / mark.path}, which runs share; stand the world again"
                )


def _rows(work: Work, table: Table) -> str:
    columns = ", ".join(quoted(column.name) for column in table.columns)
    order = f" ORDER BY {', '.join(map(quoted, table.key))}" if table.key else ""
    return f"SELECT {columns} FROM {parquet(work.world.files(table.name))}{order}"


_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "time": "TIME",
    "binary": "BLOB",
}


def _type(kind: str, size: int, *, zoned: bool) -> str:
    if kind == "decimal":
        return f"DECIMAL(38, {size or 9})"
    if kind == "vector":
        return f"FLOAT[{size}]"
    return "TIMESTAMPTZ" if zoned and kind == "timestamp" else _TYPES[kind]


def _first_line(error: BaseException) -> str:
    """DuckDB's messages may go on with the values of the row that failed."""
    return str(error).splitlines()[0].partition(":")[0]
