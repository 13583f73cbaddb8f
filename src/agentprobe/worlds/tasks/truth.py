"""What is true in a whole world, at its density: its rows under SQL, and who a description fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow.parquet as pq

from agentprobe.worlds.folder import WorldFolder, spelled
from agentprobe.worlds.planting.cast import Cast, People
from agentprobe.worlds.planting.days import day_of
from agentprobe.worlds.planting.planted import Who
from agentprobe.worlds.planting.vocabulary import plain

Row = dict[str, Any]
MOST_RECORDS = 500
"""So many records are told apart by whose they are."""


def quoted(name: str) -> str:
    """A table's or column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


class Truth:
    """A world's Parquet files as the tables of a database; use it with `with`. It is a `Look`."""

    def __init__(self, world: WorldFolder, cast: Cast) -> None:
        self.world = world
        self.cast = cast
        self._database = duckdb.connect(":memory:")
        self._database.execute("SET TimeZone = 'UTC'")
        for table in world.schema.tables:
            files = [str(path) for path in world.files(table.name)]
            if files:
                self._database.read_parquet(files).create_view(table.name)
        self._entities: dict[str, str] = {}

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query."""
        found = self._database.execute(sql, list(values))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def name(self, word: str) -> str:
        """A name, quoted."""
        return quoted(word)

    def __enter__(self) -> Truth:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def matching(self, table: str, same: dict[str, Any]) -> list[Row]:
        """The rows of a table whose columns hold these values; of texts, blanks and capitals do not count."""
        if not self.world.files(table):
            return []
        tests, values = ["true"], []
        for column, value in same.items():
            text = isinstance(value, str)
            left = f"lower(trim({quoted(column)}))" if text else quoted(column)
            tests.append(f"{left} = ?")
            values.append(value.strip().lower() if text else value)
        key = self.world.schema.table(table).key
        order = f" ORDER BY {', '.join(map(quoted, key))}" if key else ""
        return self.rows(f"SELECT * FROM {quoted(table)} WHERE {' AND '.join(tests)}{order}", values)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return self.world.rows(table)

    # -- people ------------------------------------------------------------------------------------------

    @property
    def people(self) -> People:
        """Who the people are."""
        assert self.cast.people is not None, "who asks for people has them"
        return self.cast.people

    def fitting(self, who: Who, *, given: bool = True, city: bool = True, born: bool = True) -> list[Row]:
        """The people whom a description fits: the surname, and what else of it is told."""
        people, name = self.people, who.given if given else ""
        same: dict[str, Any] = {people.city: who.city} if city and who.city else {}
        if people.given and people.surname:
            same |= {people.surname: who.surname} | ({people.given: name} if name else {})
            found = self.matching(people.table, same)
        elif name:
            found = self.matching(people.table, same | {people.full: who.name})
        else:
            ending = f"% {who.surname.lower()}"
            found = [
                row
                for row in self._like(people.table, people.full, ending)
                if not same or plain(row[people.city]) == plain(who.city)
            ]
        day = day_of(who.born) if born and who.born else None
        return [row for row in found if day is None or day_of(row[people.born]) == day]

    def _like(self, table: str, column: str, pattern: str) -> list[Row]:
        sql = f"SELECT * FROM {quoted(table)} WHERE lower(trim({quoted(column)})) LIKE ?"
        return self.rows(sql, [pattern])

    def persons(self, rows: Sequence[Row]) -> int:
        """How many persons some records of people are of, as far as the world's maker knows.

        Of very many records only the first are looked at: whether they are of one person is known then.
        """
        self._learn([str(row[self.people.key]) for row in rows[:MOST_RECORDS]])
        return len({self.person(row) for row in rows[:MOST_RECORDS]})

    def strangers(self, rows: Sequence[Row], to: Sequence[Row]) -> list[Row]:
        """Those of some records that are of nobody whose record is among others."""
        self._learn([str(row[self.people.key]) for row in (*rows, *to[:MOST_RECORDS])])
        known = {self.person(row) for row in to[:MOST_RECORDS]}
        return [row for row in rows if self.person(row) not in known]

    def person(self, row: Row) -> str:
        """Whose record it is: the same for two records of one person."""
        key = str(row[self.people.key])
        self._learn([key])
        return self._entities[key]

    def _learn(self, keys: Sequence[str]) -> None:
        """Look up in `truth/TABLE.parquet`, a file of keys with their entities that grown worlds have."""
        new = [key for key in keys if key not in self._entities]
        self._entities |= {key: f"record {key}" for key in new}
        path = self.world.path / "truth" / f"{spelled(self.people.table)}.parquet"
        if not new or not path.is_file():
            return
        row, entity = map(quoted, pq.read_schema(path).names[:2])
        told = f"CAST({row} AS VARCHAR)"
        sql = f"SELECT {told} AS key, {entity} AS entity FROM read_parquet(?) WHERE list_contains(?, {told})"
        found = self.rows(sql, [str(path), new])
        self._entities |= {one["key"]: f"entity {one['entity']}" for one in found}
