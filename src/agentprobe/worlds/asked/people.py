"""Whom a question speaks of: how many rows fit, fit the name alone, or have nearly the same name."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from agentprobe.worlds.asked.data import Data
from agentprobe.worlds.asked.finding import Finding
from agentprobe.worlds.asked.phrases import Phrases
from agentprobe.worlds.roles import NAMES, Role
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.tasks.truth import quoted

NEAR = 0.85
"""The Jaro-Winkler similarity from which on a fuzzy search finds a name."""
_LAST = frozenset({Role.SURNAME, Role.FULL_NAME, Role.ORGANISATION})
_ONES_OWN = frozenset(
    {Role.EMAIL, Role.PHONE, Role.CITY, Role.STREET, Role.ADDRESS, Role.POSTCODE, Role.BIRTH_DATE, Role.CODE}
)

_LEAST = 4
"""A shorter word is near to too many names."""
Mentions = dict[str, set[str]]
"""Columns, and which of their values a question speaks of."""


class Whom:
    """The names of a world, each table's looked at once for all questions."""

    def __init__(self, data: Data, asked: tuple[Phrases, ...]) -> None:
        self._data = data
        self._known = {
            table.name: {column.name: self._held(table, column, asked) for column in _told_by(table)}
            for table in data.tables.values()
            if table.having(*NAMES, Role.ORGANISATION)
        }
        self._names: dict[tuple[str, str], dict[str, int]] = {}

    def look(self, phrases: Phrases) -> Iterator[Finding]:
        """What the question's names come to, table by table."""
        for name, columns in self._known.items():
            table = self._data.tables[name]
            spoken = {
                column: _spoken(table.column(column), held, phrases) for column, held in columns.items()
            }
            said = {column: values for column, values in _claimed(table, spoken, phrases).items() if values}
            if any(table.column(column).role in _LAST for column in said):
                yield self._finding(table, said)
            elif len(said) > 1 and (near := self._misspelt(table, said, phrases)):
                yield near

    def _finding(self, table: Table, said: Mentions) -> Finding:
        fits = self._count(table, said)
        last = [column for column in said if table.column(column).role in _LAST]
        loosest = max(self._count(table, {column: said[column]}) for column in last)
        near = max(self._near(table, table.column(column), said[column]) for column in last)
        told = ", ".join(said)
        return Finding(
            about="people",
            said=f"rows of {table.name} that fit all that is told ({told}): {fits:,}; that fit the name "
            f"alone: {loosest:,}; whose name is nearly the same: {near:,}",
            trivial=fits <= 1 and loosest <= 1 and near == 0,
            fits=fits,
            loosest=loosest,
            near=near,
        )

    def _misspelt(self, table: Table, said: Mentions, phrases: Phrases) -> Finding | None:
        """Is a word nearly a name of the table, where other things are told of somebody?"""
        others = {run for values in said.values() for run in values}
        words = {run for run in phrases.runs if " " not in run and run not in others and len(run) >= _LEAST}
        words = {word for word in words if phrases.proper(word)}
        last = [column for column in table.columns if column.role in _LAST]
        near = max((self._near(table, column, words) for column in last), default=0) if words else 0
        if not near:
            return None
        return Finding(
            about="people",
            said=f"rows of {table.name} whose name is nearly one that is told, and none has it: {near:,}",
            trivial=False,
            near=near,
        )

    def _held(self, table: Table, column: Column, asked: tuple[Phrases, ...]) -> set[str]:
        """Which runs of words of all questions a column holds."""
        if column.role is Role.BIRTH_DATE:
            runs = {day.isoformat() for phrases in asked for day in phrases.days}
        else:
            runs = {run for phrases in asked for run in phrases.runs}
        found: set[str] = set()
        for value in (_value(column), *([_ending(column)] if column.role is Role.FULL_NAME else [])):
            sql = f"SELECT DISTINCT {value} FROM {quoted(table.name)} WHERE list_contains(?, {value})"
            found |= {str(row[0]) for row in self._data.rows(sql, [sorted(runs)])} if runs else set()
        return found

    def _count(self, table: Table, said: Mentions) -> int:
        tests, values = [], []
        for name, wanted in said.items():
            column = table.column(name)
            test = f"list_contains(?, {_value(column)})"
            values.append(sorted(wanted))
            if column.role is Role.FULL_NAME:
                test = f"({test} OR list_contains(?, {_ending(column)}))"
                values.append(sorted(wanted))
            tests.append(test)
        sql = f"SELECT count(*) FROM {quoted(table.name)} WHERE {' AND '.join(tests)}"
        return int(self._data.rows(sql, values)[0][0])

    def _near(self, table: Table, column: Column, wanted: set[str]) -> int:
        """How many rows have another name that a fuzzy search would find."""
        names = self._all(table, column)
        return max(
            sum(
                names[found]
                for found, _, _ in process.extract(
                    one, list(names), scorer=JaroWinkler.similarity, score_cutoff=NEAR, limit=None
                )
                if found not in wanted
            )
            for one in wanted
        )

    def _all(self, table: Table, column: Column) -> dict[str, int]:
        at = (table.name, column.name)
        if at not in self._names:
            value, where = _value(column), quoted(table.name)
            sql = f"SELECT {value}, count(*) FROM {where} WHERE {value} <> '' GROUP BY 1"
            self._names[at] = {str(name): int(count) for name, count in self._data.rows(sql)}
        return self._names[at]


def _told_by(table: Table) -> tuple[Column, ...]:
    """The columns by which somebody is told from others."""
    return tuple(column for column in table.columns if column.role in NAMES | _LAST | _ONES_OWN)


def _spoken(column: Column, held: set[str], phrases: Phrases) -> set[str]:
    """Which of a column's values a question speaks of; of several runs that overlap, the longest."""
    if column.role is Role.BIRTH_DATE:
        return held & {day.isoformat() for day in phrases.days}
    free = column.role in (Role.EMAIL, Role.PHONE, Role.CODE, Role.POSTCODE)
    found = {run for run in held & phrases.runs.keys() if free or phrases.proper(run)}
    return {run for run in found if not any(run != other and f" {run} " in f" {other} " for other in found)}


def _claimed(table: Table, spoken: Mentions, phrases: Phrases) -> Mentions:
    """Each run of words for one column: many a surname is also a given name or a town.

    A given name stands directly before a surname; what is a surname is nothing else.
    """
    text = f" {' '.join(phrases.words).casefold()} "
    last = {one for column, values in spoken.items() if table.column(column).role in _LAST for one in values}
    given = {
        one
        for column, values in spoken.items()
        if table.column(column).role is Role.GIVEN_NAME
        for one in values
        if any(f" {one} {other} " in text for other in last - {one})
    }
    return {
        column: values & given
        if table.column(column).role is Role.GIVEN_NAME
        else values - given
        if table.column(column).role in _LAST
        else values - given - last
        for column, values in spoken.items()
    }


def _value(column: Column) -> str:
    """A column's values as questions are looked up in them."""
    if column.role is Role.BIRTH_DATE:
        return f"left(CAST({quoted(column.name)} AS VARCHAR), 10)"
    return f"lower(trim(CAST({quoted(column.name)} AS VARCHAR)))"


def _ending(column: Column) -> str:
    """The last word of a full name."""
    return f"regexp_extract({_value(column)}, '(\\S+)$')"
