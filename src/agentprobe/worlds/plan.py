"""What a person confirms before production's data is read for a world: `world.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from agentprobe.basis.canonical import digest_of
from agentprobe.basis.lines import line_of
from agentprobe.basis.strict import KeyPath, Mistake, decode
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.worlds.fidelity.bounds import BOUNDS, Bounds
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.setting import ALL_TOGETHER, COMMON, Setting
from agentprobe.worlds.sanitise.words.levels import Level
from agentprobe.worlds.schema import Column, Schema, Table

NAME = "world.toml"
FORMAT = 1
_FITTING: dict[str, frozenset[Role]] = {
    "vector": frozenset({Role.VECTOR}),
    "boolean": frozenset({Role.FLAG, Role.CATEGORY}),
    "date": frozenset({Role.DATE, Role.BIRTH_DATE, Role.CATEGORY}),
    "timestamp": frozenset({Role.DATE, Role.BIRTH_DATE, Role.CATEGORY}),
    "time": frozenset(),
    "binary": frozenset({Role.IDENTIFIER, Role.CODE}),
}
_OF_NUMBERS = frozenset(
    {
        Role.IDENTIFIER,
        Role.CODE,
        Role.PHONE,
        Role.MONEY,
        Role.NUMBER,
        Role.CATEGORY,
        Role.FLAG,
        Role.REGION,
        Role.COUNTRY,
    }
)
_LEFT_OUT = frozenset({Role.DROPPED, Role.SECRET})

Rows = Annotated[int, msgspec.Meta(ge=1)]


class ColumnPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one column's values are replaced."""

    role: Role
    """What the column means."""
    domain: str = ""
    """Columns of one domain share their values; empty: as the role says."""
    dial: Level | None = None
    """How much of their form its pseudonyms keep; None: as the whole plan says."""
    k: Rows | None = None
    """A category in so many rows is kept; None: as the whole plan says."""
    kind: str = ""
    """Of a leaf of JSON: how its values are stored."""
    keep: str = ""
    """Why the values are kept as they are, in words; empty: they are replaced."""


class TablePlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is taken of one table."""

    take: bool = True
    """Is the table part of the world?"""
    rows: Rows | None = None
    """At most so many rows, with all that they refer to; None: all."""
    entity: str = ""
    """The column that says whose a row is: dates of one entity move together; `*`: all rows do."""
    columns: dict[str, ColumnPlan] = msgspec.field(default_factory=dict)
    """How each column's values are replaced."""
    leaves: dict[str, dict[str, ColumnPlan]] = msgspec.field(default_factory=dict)
    """Of each JSON column what stands at which path."""


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a snapshot needs to be told besides its key."""

    format: int = FORMAT
    """The number of the file's format."""
    name: str
    """The world's name."""
    kind: Literal["regenerated", "mapped"] = "regenerated"
    """Rows made anew from the source's shape, or pseudonymised rows, which are still personal data."""
    source: str
    """The address; secrets stand in the environment (`env:DATABASE_URL`)."""
    as_of: str = ""
    """When the source was looked at for this plan."""
    expires_days: Annotated[int, msgspec.Meta(ge=0)] = 90
    """From then on the world is stale; 0 for never."""
    k: Rows = COMMON
    """What stands in so many rows tells nobody who somebody is."""
    dial: Level = Level.M5
    """How much of their form pseudonyms of words keep."""
    bounds: Bounds = BOUNDS
    """How far the world may be from its source before it is refused."""
    tables: dict[str, TablePlan] = msgspec.field(default_factory=dict)
    """What is taken of each table."""

    @property
    def digest(self) -> str:
        """Names exactly what was confirmed."""
        return digest_of(self)

    @property
    def kept(self) -> dict[str, str]:
        """Why columns are kept as they are, by `table.column`."""
        return {
            f"{table}.{name}": column.keep
            for table, told in self.tables.items()
            for name, column in told.columns.items()
            if column.keep
        }

    def dials(self, schema: Schema) -> dict[str, Level]:
        """The level of each domain for which one is set."""
        found = {}
        for table in schema.tables:
            for told in self.tables[table.name].columns.values():
                if told.dial is not None:
                    found[told.domain or str(told.role)] = told.dial
        return found

    def applied(self, schema: Schema) -> Schema:
        """The source's schema with the roles that were confirmed; raises ConfigError where it does not fit.

        A table or column that the plan does not know is left out: it is new, and nobody has looked at it.
        """
        for mistake in _misfits(self, schema):
            raise ConfigError(
                f"the plan does not fit the source: {mistake.text} (at {_dotted(mistake.path)})"
            )
        taken = {name for name, told in self.tables.items() if told.take}
        tables = [_planned(table, self.tables[table.name]) for table in schema.tables if table.name in taken]
        if not tables:
            raise ConfigError("the plan takes no table of the source; set `take = true` for one")
        return Schema(tables=tuple(_within(table, taken) for table in tables))

    def unknown_in(self, schema: Schema) -> tuple[str, ...]:
        """Tables and columns of the source that the plan does not know."""
        new = [table.name for table in schema.tables if table.name not in self.tables]
        return (*new, *(f"{table.name}.{name}" for table in schema.tables for name in self._new_in(table)))

    def _new_in(self, table: Table) -> Iterator[str]:
        told = self.tables.get(table.name)
        if told is not None and told.take:
            yield from (column.name for column in table.columns if column.name not in told.columns)

    def setting(self, schema: Schema, as_of: str) -> Setting:
        """What treatments are told, for a schema to which the plan was applied."""
        told = {table.name: self.tables[table.name] for table in schema.tables}
        commons = {
            (table, name): column.k
            for table, plan in told.items()
            for name, column in plan.columns.items()
            if column.k is not None
        }
        commons |= {
            (table, f"{name}.{path}"): leaf.k
            for table, plan in told.items()
            for name, leaves in plan.leaves.items()
            for path, leaf in leaves.items()
            if leaf.k is not None
        }
        leaves = {
            (table, name): tuple(_leaf(path, leaf) for path, leaf in told_leaves.items())
            for table, plan in told.items()
            for name, told_leaves in plan.leaves.items()
        }
        entities = {table: plan.entity for table, plan in told.items() if plan.entity}
        return Setting(
            schema=schema, as_of=as_of, entities=entities, common=self.k, commons=commons, leaves=leaves
        )


def read_plan(path: Path) -> Plan:
    """Read `world.toml`; raises ConfigError with file, line and key for what cannot be meant."""
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = f", line {place[1]}, column {place[2]}" if place else ""
        said = str(error).partition(" (at ")[0]
        raise ConfigError(f"{path}{line}: this is no TOML: {said}") from error
    try:
        plan = decode(data, Plan)
        for mistake in _mistakes(plan):
            raise mistake
    except Mistake as mistake:
        line_number = line_of(text, mistake.path)
        at = f", line {line_number}" if line_number is not None else ""
        key = f" (at {_dotted(mistake.path)})" if mistake.path else ""
        raise ConfigError(f"{path}{at}: {mistake.text}{key}") from mistake
    return plan


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # editors on Windows put a mark in front
    except FileNotFoundError:
        raise ConfigError(f"there is no plan {path}; `agentprobe world plan SOURCE` writes one") from None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no text in UTF-8; save it as such") from error


def _mistakes(plan: Plan) -> Iterator[Mistake]:
    """What no type can see."""
    if plan.format > FORMAT:
        yield Mistake(("format",), f"format {plan.format} is newer than this version ({FORMAT}): upgrade")
    for name, table in plan.tables.items():
        here: KeyPath = ("tables", name)
        if table.entity and table.entity != ALL_TOGETHER and table.entity not in table.columns:
            near = did_you_mean(table.entity, table.columns)
            yield Mistake((*here, "entity"), f"the table has no column '{table.entity}'{near}")
        for column, told in table.columns.items():
            yield from _of_column(told, (*here, "columns", column))
        for column, leaves in table.leaves.items():
            if table.columns.get(column, ColumnPlan(role=Role.DROPPED)).role is not Role.JSON:
                yield Mistake((*here, "leaves", column), f"'{column}' is no column with the role json")
            for path, told in leaves.items():
                yield from _of_column(told, (*here, "leaves", column, path))


def _of_column(told: ColumnPlan, path: KeyPath) -> Iterator[Mistake]:
    if told.keep and not told.keep.strip():
        yield Mistake((*path, "keep"), "`keep` says in words why the values may stay as they are")
    if told.keep and told.role in _LEFT_OUT:
        yield Mistake(
            (*path, "keep"), f"a column with the role {told.role} is left out, so it cannot be kept"
        )


def _misfits(plan: Plan, schema: Schema) -> Iterator[Mistake]:
    """What the source does not have, or has in another type."""
    for name, told in plan.tables.items():
        if name not in schema.names:
            near = did_you_mean(name, schema.names)
            yield Mistake(("tables", name), f"the source has no table '{name}'{near}")
            continue
        if not told.take:
            continue
        columns = {column.name: column for column in schema.table(name).columns}
        for column, one in told.columns.items():
            path: KeyPath = ("tables", name, "columns", column)
            if column not in columns:
                near = did_you_mean(column, columns)
                yield Mistake(path, f"the table '{name}' has no column '{column}'{near}")
            elif not _fits(columns[column].kind, one.role):
                kind = columns[column].kind
                yield Mistake(path, f"a column of type {kind} cannot have the role {one.role}")


def _fits(kind: str, role: Role) -> bool:
    if role in _LEFT_OUT:
        return True
    if kind in _FITTING:
        return role in _FITTING[kind]
    if kind == "text":
        return role is not Role.VECTOR
    return role in _OF_NUMBERS or (kind in ("integer", "float") and role in (Role.DATE, Role.BIRTH_DATE))


def _planned(table: Table, told: TablePlan) -> Table:
    left_out = ColumnPlan(role=Role.DROPPED)
    columns = [
        msgspec.structs.replace(column, role=one.role, domain=one.domain)
        for column in table.columns
        for one in [told.columns.get(column.name, left_out)]
    ]
    return msgspec.structs.replace(table, columns=tuple(columns))


def _within(table: Table, taken: set[str]) -> Table:
    """A table without its references to tables that are not taken."""
    return msgspec.structs.replace(
        table, references=tuple(one for one in table.references if one.table in taken)
    )


def _leaf(path: str, told: ColumnPlan) -> Column:
    return Column(name=path, kind=told.kind or "text", role=told.role, domain=told.domain)


def _dotted(path: KeyPath) -> str:
    return ".".join(map(str, path))
