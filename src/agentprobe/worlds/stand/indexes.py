"""Which columns agents search by, so that a database gets an index for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table


class Indexes(StrEnum):
    """How many indexes a standing world gets."""

    NONE = "none"
    """Primary keys and what must be unique, nothing else."""
    AUTO = "auto"
    """Also references and the columns that agents search by; for parts of words where that is cheap."""
    ALL = "all"
    """Also for parts of words in large tables."""


class Way(StrEnum):
    """How a column is searched."""

    EXACT = "exact"
    """By its value, and by ranges of it."""
    NOCASE = "nocase"
    """By how it begins, in any letters, capital or small."""
    PART = "part"
    """By any part of it."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index that agents' queries use."""

    columns: tuple[str, ...]
    way: Way


_EXACT = frozenset(
    {
        Role.GIVEN_NAME,
        Role.SURNAME,
        Role.FULL_NAME,
        Role.ORGANISATION,
        Role.EMAIL,
        Role.USERNAME,
        Role.PHONE,
        Role.CITY,
        Role.POSTCODE,
        Role.IDENTIFIER,
        Role.CODE,
        Role.BIRTH_DATE,
        Role.DATE,
        Role.CATEGORY,
    }
)
_NOCASE = frozenset({Role.SURNAME, Role.FULL_NAME, Role.ORGANISATION, Role.EMAIL})
_PART = frozenset({Role.SURNAME, Role.FULL_NAME, Role.ORGANISATION, Role.TITLE})
_UNSEARCHABLE = frozenset({"vector", "binary", "boolean"})
PARTS_UP_TO = 1_000_000
"""Rows up to which an index of parts of words is worth its time and room unless it is asked for."""
MOST = 24
"""Columns of one table that get indexes; wide tables are read by few of their columns."""


def wanted(table: Table, rows: int, indexes: Indexes) -> tuple[Index, ...]:
    """The indexes of a table beside those of its keys, none of them twice."""
    if indexes is Indexes.NONE:
        return ()
    covered = {table.key[:1], *(columns[:1] for columns in table.unique)}
    found = dict.fromkeys((*_references(table, covered), *_names(table, covered), *_windows(table, covered)))
    covered |= {index.columns[:1] for index in found}
    picked = [column for column in table.columns if column.kind not in _UNSEARCHABLE]
    exact = [one for one in picked if one.role in _EXACT and (one.name,) not in covered][:MOST]
    found |= dict.fromkeys(Index((column.name,), Way.EXACT) for column in exact)
    texts = [column for column in picked if column.kind == "text"][: MOST * 4]
    found |= dict.fromkeys(Index((one.name,), Way.NOCASE) for one in texts if one.role in _NOCASE)
    if rows <= PARTS_UP_TO or indexes is Indexes.ALL:
        parts = tuple(one.name for one in _searched(texts))
        found |= {Index(parts, Way.PART): None} if parts else {}
    return tuple(found)


def _references(table: Table, covered: set[tuple[str, ...]]) -> Iterator[Index]:
    for reference in table.references:
        if reference.columns != table.key and reference.columns not in covered:
            yield Index(reference.columns, Way.EXACT)


def _names(table: Table, covered: set[tuple[str, ...]]) -> Iterator[Index]:
    """People are asked for by both names, or by surname and town.

    The commonest surname alone would leave thousands of rows to read, and a town still more.
    """
    surnames = table.having(Role.SURNAME)
    if surnames and (surnames[0].name,) not in covered:
        for other in (*table.having(Role.GIVEN_NAME)[:1], *table.having(Role.CITY)[:1]):
            yield Index((surnames[0].name, other.name), Way.EXACT)


def _windows(table: Table, covered: set[tuple[str, ...]]) -> Iterator[Index]:
    """A status is asked for in a window of time, and planners that choose one of two take the wrong one."""
    dates = [one.name for one in table.having(Role.DATE) if one.kind in ("timestamp", "date")][:1]
    for column in table.having(Role.CATEGORY)[:MOST]:
        if dates and column.kind == "text" and (column.name,) not in covered:
            yield Index((column.name, *dates), Way.EXACT)


def _searched(texts: list[Column]) -> list[Column]:
    return [column for column in texts if column.role in _PART][:MOST]
