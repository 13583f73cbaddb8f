"""What a SQLite database says of its tables, and what the values in them really are."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agentprobe.worlds.schema import Column, ForeignKey, Table
from agentprobe.worlds.sources.form.address import Picks
from agentprobe.worlds.sources.form.naming import quoted

_DATES = ("DATE", "TIMESTAMP")
_AT_ONCE = 60
"""Of so many columns the values are looked at in one query."""
_EXACT_DIGITS = 15
"""A float holds so many digits exactly."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table, how many rows it has, and the order in which they are read."""

    table: Table
    rows: int
    order: str


@dataclass(frozen=True, slots=True)
class _Held:
    """What stands in a column: the first and the last kind of value by name, and whether all are of one form.

    The names are blob, integer, real and text; with the first and the last of them all is known that matters.
    """

    first: str
    last: str
    formed: bool
    """Are all values flags, days or moments, as declared?"""


def relations(connection: sqlite3.Connection, picks: Picks, shown: str) -> list[Relation]:
    """All tables that are wanted; none of those that SQLite or its extensions keep for themselves."""
    rows = connection.execute("PRAGMA main.table_list").fetchall()
    found = [
        (_text(name), _text(form) == "view", bool(bare))
        for _, name, form, _, bare, _ in rows
        if _text(form) in ("table", "view") and not _text(name).lower().startswith("sqlite_")
    ]
    picks.check([("main", name) for name, _, _ in found], shown)
    wanted = sorted(one for one in found if picks.wants("main", one[0], view=one[1]))
    known = {name.lower(): name for name, _, _ in wanted}
    return [_relation(connection, name, known, stored=not view and not bare) for name, view, bare in wanted]


def _relation(connection: sqlite3.Connection, name: str, known: dict[str, str], *, stored: bool) -> Relation:
    info = connection.execute(f"PRAGMA main.table_xinfo({quoted(name)})").fetchall()
    info = [row for row in info if row[6] != 1]  # hidden columns of virtual tables
    names = [_text(row[1]) for row in info]
    held, count = _looked(connection, name, [(_text(row[1]), _text(row[2]).upper()) for row in info])
    columns = tuple(
        _column(_text(row[1]), _text(row[2]), one, nullable=not row[3] and not row[5])
        for row, one in zip(info, held, strict=True)
    )
    key = tuple(_text(row[1]) for row in sorted(info, key=lambda row: int(row[5])) if row[5])
    table = Table(
        name=name,
        columns=columns,
        key=key,
        unique=_unique(connection, name, key),
        references=_references(connection, name, known, names),
    )
    return Relation(table=table, rows=count, order=_order(names, key, stored=stored))


def _order(names: Sequence[str], key: Sequence[str], *, stored: bool) -> str:
    taken = {name.lower() for name in names}
    hidden = [word for word in ("rowid", "_rowid_", "oid") if word not in taken]
    if stored and hidden:
        return f" ORDER BY {hidden[0]}"
    return " ORDER BY " + ", ".join(map(quoted, key)) if key else ""


def _unique(connection: sqlite3.Connection, table: str, key: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    found = []
    for _, index, unique, _, partial in connection.execute(f"PRAGMA main.index_list({quoted(table)})"):
        if unique and not partial:
            parts = connection.execute(f"PRAGMA main.index_info({quoted(_text(index))})").fetchall()
            if all(part[2] is not None for part in parts):  # no expressions
                found.append(tuple(_text(part[2]) for part in parts))
    return tuple(sorted({one for one in found if one != key}))


def _references(
    connection: sqlite3.Connection, table: str, known: dict[str, str], names: Sequence[str]
) -> tuple[ForeignKey, ...]:
    own = {name.lower(): name for name in names}
    rows = connection.execute(f"PRAGMA main.foreign_key_list({quoted(table)})").fetchall()
    found = []
    for number in sorted({row[0] for row in rows}):
        parts = sorted((row for row in rows if row[0] == number), key=lambda row: int(row[1]))
        parent = known.get(_text(parts[0][2]).lower())
        if parent is None:
            continue  # to a table that is not there, or not wanted
        theirs = [_text(row[1]) for row in _key_rows(connection, parent)]
        if parts[0][4] is not None:
            every = connection.execute(f"PRAGMA main.table_xinfo({quoted(parent)})").fetchall()
            spelled = {_text(row[1]).lower(): _text(row[1]) for row in every}
            theirs = [spelled.get(_text(part[4]).lower(), "") for part in parts]
        ours = [own.get(_text(part[3]).lower(), "") for part in parts]
        if len(ours) == len(theirs) and all(ours) and all(theirs):
            found.append(ForeignKey(columns=tuple(ours), table=parent, to=tuple(theirs)))
    return tuple(found)


def _key_rows(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    rows = connection.execute(f"PRAGMA main.table_xinfo({quoted(table)})").fetchall()
    return sorted((row for row in rows if row[5]), key=lambda row: int(row[5]))


def _looked(
    connection: sqlite3.Connection, table: str, columns: Sequence[tuple[str, str]]
) -> tuple[list[_Held], int]:
    held, count = [], 0
    for start in range(0, len(columns), _AT_ONCE):
        part = columns[start : start + _AT_ONCE]
        asked = ", ".join(_asked(quoted(name), native) for name, native in part)
        row = connection.execute(f"SELECT count(*), {asked} FROM main.{quoted(table)}").fetchone()
        count, told = int(row[0]), row[1:]
        held += [
            _Held(_text(first or ""), _text(last or ""), bool(formed))
            for first, last, formed in zip(told[0::3], told[1::3], told[2::3], strict=True)
        ]
    return held, count


def _asked(name: str, native: str) -> str:
    kind = f"nullif(typeof({name}), 'null')"
    return f"min({kind}), max({kind}), {_formed(name, native)}"


def _formed(name: str, native: str) -> str:
    """Are all values of the form that is declared? Looked at only where it matters, since it takes long."""
    if native.startswith("BOOL"):
        return f"min({name} IN (0, 1))"
    if not native.startswith(_DATES):
        return "0"
    head = f"substr({name}, 1, 10)"
    real = f"date(julianday({head})) = {head}"  # `date` alone lets the 31st of February pass
    if native == "DATE":
        return f"min(ifnull(length({name}) = 10 AND {real}, {name} IS NULL))"
    clock = f"substr({name}, 11, 1) = ' ' AND time(substr({name}, 12, 8)) = substr({name}, 12, 8)"
    rest = f"(length({name}) = 19 OR ({name} GLOB '*.[0-9]*' AND substr({name}, 21) NOT GLOB '*[^0-9]*'))"
    return f"min(ifnull({real} AND {clock} AND {rest} AND length({name}) <= 26, {name} IS NULL))"


def _column(name: str, native: str, held: _Held, *, nullable: bool) -> Column:
    kind, size = _kind(native.upper(), held)
    return Column(name=name, kind=kind, size=size, native=native, nullable=nullable)


def _kind(native: str, held: _Held) -> tuple[str, int]:
    if not held.first:
        return _declared(native)
    if held.last == "blob":
        return "binary", 0
    if (held.first, held.last) == ("integer", "integer"):
        return ("boolean" if native.startswith("BOOL") and held.formed else "integer"), 0
    if held.first in ("integer", "real") and held.last == "real":
        return _rounded(native)
    if held.first == "text" and native.startswith(_DATES) and held.formed:
        return ("date" if native == "DATE" else "timestamp"), 0
    return "text", 0


def _declared(native: str) -> tuple[str, int]:
    """The kind of a column without values, by SQLite's own rules (www.sqlite.org/datatype3.html, 3.1)."""
    known = {"DATE": "date", "DATETIME": "timestamp", "TIMESTAMP": "timestamp"}
    if native in known:
        return known[native], 0
    if native.startswith("BOOL"):
        return "boolean", 0
    if "INT" in native:
        return "integer", 0
    if any(word in native for word in ("CHAR", "CLOB", "TEXT")):
        return "text", 0
    if "BLOB" in native:
        return "binary", 0
    if any(word in native for word in ("REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL")):
        return _rounded(native)
    return "text", 0


def _rounded(native: str) -> tuple[str, int]:
    """A decimal where digits are declared and a float holds them exactly; a float otherwise."""
    word, _, digits = native.partition("(")
    parts = [part.strip() for part in digits.rstrip(")").split(",")]
    if word.strip() in ("DECIMAL", "NUMERIC") and len(parts) == 2 and all(part.isdigit() for part in parts):
        precision, scale = int(parts[0]), int(parts[1])
        if 0 < scale <= 9 and precision <= _EXACT_DIGITS:
            return "decimal", scale
    return "float", 0


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
