"""What an agent's tool call asks of which table: told by its arguments' names, its result and its SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from agentprobe.trace.tools import ToolUse
from agentprobe.worlds.fidelity.queries.combined import name_of
from agentprobe.worlds.fidelity.result import Query
from agentprobe.worlds.roles import IDENTIFYING, NAMES, Role
from agentprobe.worlds.schema import Column, Schema, Table

_WINDOW = re.compile(
    r"\b(from|since|after|before|until|till|start|end|between|begin|min|max|earliest|latest)\b"
)
_MEANING = re.compile(r"\b(query|question|q|search|text|prompt|topic)\b")
_DATED = (Role.DATE, Role.BIRTH_DATE)
_SPELLED: tuple[tuple[str, tuple[Role, ...]], ...] = (
    (r"\b(first|given) ?(name)?\b", (Role.GIVEN_NAME,)),
    (r"\b(last|family|sur) ?(name)?\b|\bsurname\b", (Role.SURNAME,)),
    (r"\bname\b|\bcustomer\b|\bperson\b|\bwho\b", (Role.FULL_NAME, Role.SURNAME, Role.ORGANISATION)),
    (r"\be ?mail\b", (Role.EMAIL,)),
    (r"\bphone\b|\btel\b|\bmobile\b", (Role.PHONE,)),
    (r"\bcity\b|\btown\b|\bsuburb\b|\bplace\b", (Role.CITY,)),
    (r"\bpost ?code\b|\bzip\b", (Role.POSTCODE,)),
    (r"\bstreet\b|\baddress\b", (Role.STREET, Role.ADDRESS)),
    (r"\bbirth\b|\bdob\b", (Role.BIRTH_DATE,)),
    (r"\bstatus\b|\bstate\b", (Role.CATEGORY,)),
)
_OF_ROLE = (
    ((Role.CATEGORY, Role.FLAG), "status"),
    (_DATED, "date_window"),
    (tuple(IDENTIFYING - NAMES - {Role.ORGANISATION, Role.STREET, Role.CITY, Role.ADDRESS}), "exact"),
    ((Role.POSTCODE, Role.IDENTIFIER), "exact"),
)
_SQL = re.compile(r"\bselect\b.*\bfrom\s+[\"`\[]?([\w.]+)", re.IGNORECASE | re.DOTALL)
_WHERE = re.compile(
    r"(?P<column>[\w.\"`\[\]]+)\s*\)?\s*(?P<no>not\s+)?(?P<operator>=|!=|<>|>=|<=|>|<|~~\*?|i?like|between|%|in)"
    r"\s*\(?\s*(?:lower\()?\s*(?P<value>'(?:[^']|'')*'|[\w$?.:-]+)",
    re.IGNORECASE,
)


def asked_by(use: ToolUse, schema: Schema) -> Iterator[Query]:
    """The queries that a tool call makes; none where nobody can tell."""
    if not isinstance(use.arguments, Mapping):
        return
    given = {str(name): value for name, value in use.arguments.items() if value not in (None, "", [], {})}
    written = next((v for v in given.values() if isinstance(v, str) and _SQL.search(v)), None)
    found = list(_in_sql(written, schema) if written else _in_arguments(use, given, schema))
    yield from dict.fromkeys(found)


def _in_arguments(use: ToolUse, given: Mapping[str, Any], schema: Schema) -> Iterator[Query]:
    records = _records(use.result)
    table = _table(use.name, given, records, schema)
    if table is None:
        return
    placed = [
        (column, value)
        for name, value in given.items()
        if (column := _column(name, value, table, records)) is not None
    ]
    for column, value in placed:
        yield Query(kind=_class(column, value, records), table=table.name, columns=(column.name,))
    yield from _together(table, [column for column, _ in placed])
    if not placed:
        yield from _by_meaning(given, table)


def _together(table: Table, columns: list[Column]) -> Iterator[Query]:
    """A whole name given in parts, or a name with a city."""
    name = name_of(table)
    city = [column.name for column in columns if column.role is Role.CITY]
    if not name or not set(name) <= {column.name for column in columns}:
        return
    if len(name) > 1 or city:
        yield Query(kind="combined", table=table.name, columns=(*name, *city[:1]))
    yield Query(kind="find_one", table=table.name, columns=name)


def _by_meaning(given: Mapping[str, Any], table: Table) -> Iterator[Query]:
    vectors = table.having(Role.VECTOR)
    if vectors and any(_MEANING.search(_spaced(name)) for name in given):
        yield Query(kind="top_k", table=table.name, columns=(vectors[0].name,))


# -- which table, which column --------------------------------------------------------------------------


def _table(
    tool: str, given: Mapping[str, Any], records: list[Mapping[str, Any]], schema: Schema
) -> Table | None:
    """The table that has the columns which the result shows, the tool names, and the arguments name."""
    scored = [(_score(table, tool, given, records), table) for table in schema.tables]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] > 0 else None


def _score(table: Table, tool: str, given: Mapping[str, Any], records: list[Mapping[str, Any]]) -> float:
    names = {column.name.lower() for column in table.columns}
    shown = {str(name).lower() for record in records[:5] for name in record}
    common = len(shown & names) / len(shown) if shown else 0.0
    named = _single(table.name) in {_single(word) for word in _spaced(tool).split()}
    known = sum(_column(name, value, table, []) is not None for name, value in given.items())
    return 2 * common + 1.5 * named + known / (len(given) or 1)


def _column(name: str, value: Any, table: Table, records: list[Mapping[str, Any]]) -> Column | None:
    """The column that an argument is about: of its name, of what its name means, or that shows its value."""
    bare = _spaced(name)
    for column in table.columns:
        if _spaced(column.name) == bare:
            return column
    if _WINDOW.search(bare):
        dated = table.having(*_DATED)
        near = [column for column in dated if set(_spaced(column.name).split()) & set(bare.split())]
        return next(iter(near or dated), None)
    for spelled, roles in _SPELLED if not bare.endswith("id") else ():
        if re.search(spelled, bare) and (found := table.having(*roles)):
            return found[0]
    return _showing(value, table, records)


def _showing(value: Any, table: Table, records: list[Mapping[str, Any]]) -> Column | None:
    """The column in which every record of the result holds what was asked for."""
    asked = str(value).strip().lower()
    if len(asked) < 3 or not records:
        return None
    for column in table.columns:
        if all(asked in str(record.get(column.name, "")).lower() for record in records):
            return column
    return None


def _class(column: Column, value: Any, records: list[Mapping[str, Any]]) -> str:
    """How a column was asked: by its role where that decides it, else by what the records show."""
    for roles, kind in _OF_ROLE:
        if column.role in roles:
            return kind
    shown = [str(record[column.name]) for record in records if record.get(column.name) is not None]
    asked = str(value)
    if not shown:
        return "substring"
    if all(one == asked for one in shown):
        return "exact"
    low = asked.lower()
    if all(one.lower().startswith(low) for one in shown) and len(shown) > 1:
        return "prefix"
    if all(low in one.lower() for one in shown):
        return "substring"
    return "similar_name" if column.role in NAMES | {Role.ORGANISATION} else "substring"


# -- SQL ------------------------------------------------------------------------------------------------


def _in_sql(written: str, schema: Schema) -> Iterator[Query]:
    """What the conditions of a SELECT ask; read by their form, not by a grammar."""
    from_ = _SQL.search(written)
    wanted = from_.group(1).split(".")[-1].lower() if from_ else ""
    table = next((one for one in schema.tables if one.name.lower().split(".")[-1] == wanted), None)
    if table is None:
        return
    for found in _WHERE.finditer(written):
        name = re.sub(r"[\"`\[\]]", "", found["column"]).split(".")[-1].lower()
        column = next((one for one in table.columns if one.name.lower() == name), None)
        if column is not None and (kind := _sql_class(column, found)):
            yield Query(kind=kind, table=table.name, columns=(column.name,))


def _sql_class(column: Column, found: re.Match[str]) -> str:
    operator, value = found["operator"].lower(), found["value"].strip("'")
    if column.role in _DATED:
        return "date_window"
    if column.role in (Role.CATEGORY, Role.FLAG):
        return "not_status" if operator in ("!=", "<>") or found["no"] else "status"
    if operator in ("like", "ilike", "~~", "~~*"):
        return "substring" if value.startswith("%") else "prefix"
    return {"=": "exact", "in": "exact", "%": "trigram_name"}.get(operator, "")


# -- words ----------------------------------------------------------------------------------------------


def _records(result: Any) -> list[Mapping[str, Any]]:
    """The records in a tool's result, however they are wrapped."""
    if isinstance(result, str):
        try:
            result = msgspec.json.decode(result)
        except msgspec.MsgspecError:
            return []
    if isinstance(result, Mapping):
        lists = [value for value in result.values() if isinstance(value, (list, tuple))]
        result = lists[0] if len(lists) == 1 else [result]
    if isinstance(result, (list, tuple)):
        return [one for one in result if isinstance(one, Mapping)]
    return []


def _spaced(name: str) -> str:
    """A name's words in small letters, with blanks between."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[a-z0-9]+", apart.lower()))


def _single(name: str) -> str:
    """A table's name or a word in the singular, roughly."""
    word = name.lower().split(".")[-1]
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")
