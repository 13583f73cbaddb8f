"""A plan made from guesses, and made again when the source has changed, keeping what a person has said."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from agentprobe.worlds.guess import Guess
from agentprobe.worlds.plan import ColumnPlan, Plan, TablePlan
from agentprobe.worlds.roles import NAMES, Role
from agentprobe.worlds.sanitise.setting import ALL_TOGETHER
from agentprobe.worlds.schema import Schema, Table

_OF_CALENDARS = ({"calendar_id", "time_zone"}, {"event_id", "starts", "ends"}, {"event_id", "calendar_id"})


def first_plan(name: str, source: str, as_of: str, schema: Schema, found: Iterable[Guess]) -> Plan:
    """The plan as it is guessed, for a person to confirm."""
    found = tuple(found)
    return Plan(
        name=name,
        source=source,
        as_of=as_of,
        tables={table.name: _table(schema, table, found) for table in schema.tables},
    )


def planned_again(old: Plan, as_of: str, schema: Schema, found: Iterable[Guess]) -> Plan:
    """The plan for a source that has changed: what was said stays, what is new is dropped until it is said.

    What the source no longer has is left out here; `gone` names it.
    """
    fresh = first_plan(old.name, old.source, as_of, schema, found)
    tables = {}
    for name, table in fresh.tables.items():
        if name in old.tables:
            tables[name] = _again(old.tables[name], table)
        else:
            tables[name] = msgspec.structs.replace(
                table, take=False, columns={column: _new(one) for column, one in table.columns.items()}
            )
    return msgspec.structs.replace(old, as_of=as_of, tables=tables)


def gone(old: Plan, schema: Schema) -> tuple[str, ...]:
    """Tables and columns of a plan that the source no longer has."""
    missing = [name for name in old.tables if name not in schema.names]
    for table in schema.tables:
        if table.name in old.tables:
            here = {column.name for column in table.columns}
            missing += [f"{table.name}.{name}" for name in old.tables[table.name].columns if name not in here]
    return tuple(missing)


def _again(old: TablePlan, fresh: TablePlan) -> TablePlan:
    columns = {name: old.columns.get(name, _new(one)) for name, one in fresh.columns.items()}
    leaves = {}
    for name, column in columns.items():
        if column.role is Role.JSON:
            said = old.leaves.get(name, {})
            new = {path: _new(one) for path, one in fresh.leaves.get(name, {}).items() if path not in said}
            leaves[name] = {**said, **new}
    entity = old.entity if old.entity in columns or old.entity == ALL_TOGETHER else fresh.entity
    return msgspec.structs.replace(old, columns=columns, leaves=leaves, entity=entity)


def _new(told: ColumnPlan) -> ColumnPlan:
    return ColumnPlan(role=Role.DROPPED, kind=told.kind)


def _table(schema: Schema, table: Table, found: tuple[Guess, ...]) -> TablePlan:
    here = [one for one in found if one.table == table.name]
    columns = {one.column: _column(one) for one in here if not one.leaf}
    leaves: dict[str, dict[str, ColumnPlan]] = {}
    for one in here:
        if one.leaf:
            leaf = msgspec.structs.replace(_column(one), kind=one.kind)
            leaves.setdefault(one.column, {})[one.leaf] = leaf
    return TablePlan(entity=_entity(schema, table, found), columns=columns, leaves=leaves)


def _column(guess: Guess) -> ColumnPlan:
    few = guess.few and guess.role in (Role.CATEGORY, Role.FLAG, Role.REGION, Role.COUNTRY)
    return ColumnPlan(role=guess.role, domain=guess.domain, k=1 if few else None)


def _entity(schema: Schema, table: Table, found: tuple[Guess, ...]) -> str:
    """Whose a row is: the reference that leads to people, else the first one, else the table's own key.

    Calendars move together, since their conflicts lie between rows, and so do documents of nobody's, of which
    one holds until the next.
    """
    names = {column.name for column in table.columns}
    if any(wanted <= names for wanted in _OF_CALENDARS) and _is_of_calendars(schema):
        return ALL_TOGETHER
    able = [one for one in table.references if len(one.columns) == 1 and one.table != table.name]
    with_people = {one.table for one in found if one.role in (*NAMES, Role.EMAIL)}
    nullable = {column.name for column in table.columns if column.nullable}
    ordered = sorted(
        able, key=lambda one: (not _roots(schema, one.table) & with_people, one.columns[0] in nullable)
    )
    if ordered:
        return ordered[0].columns[0]
    if any(one.table == table.name and one.role is Role.DOCUMENT for one in found):
        return ALL_TOGETHER
    return table.key[0] if len(table.key) == 1 else ""


def _is_of_calendars(schema: Schema) -> bool:
    tables = [{column.name for column in table.columns} for table in schema.tables]
    return all(any(wanted <= names for names in tables) for wanted in _OF_CALENDARS)


def _roots(schema: Schema, name: str) -> set[str]:
    """A table and all that it refers to."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        here = waiting.pop()
        if here not in found and here in schema.names:
            found.add(here)
            waiting += [one.table for one in schema.table(here).references]
    return found
