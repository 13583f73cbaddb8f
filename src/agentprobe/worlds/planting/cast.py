"""Which tables and columns of a world play which part: who the people are, what their cases and orders are.

A part is told in a world's own words ("klanten", "plaats"); an ambiguity knows parts only, so it fits every
schema that has them. Parts are guessed from roles, references and names, and can be given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table


class Named(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table in its part; each further field is the column for it, empty where there is none."""

    table: str
    key: str = ""

    @property
    def noun(self) -> str:
        """One row of the table in a sentence: `customer` for `crm.customers`."""
        word = self.table.rpartition(".")[2].replace("_", " ").lower()
        for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("s", "")):
            if word.endswith(ending) and not word.endswith("ss"):
                return word.removesuffix(ending) + instead
        return word


class People(Named, frozen=True, kw_only=True):
    """Those whom an agent is asked about: customers, patients, members."""

    given: str = ""
    surname: str = ""
    full: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    born: str = ""
    status: str = ""
    created: str = ""
    notes: str = ""

    @property
    def named(self) -> bool:
        """Do its rows have a name?"""
        return bool(self.full or (self.given and self.surname))


class Cases(Named, frozen=True, kw_only=True):
    """What is open or closed and belongs to somebody: tickets, claims."""

    person: str = ""
    subject: str = ""
    status: str = ""
    priority: str = ""
    opened: str = ""
    closed: str = ""


class Orders(Named, frozen=True, kw_only=True):
    """What somebody bought, with its price: orders, invoices, payments."""

    person: str = ""
    item: str = ""
    amount: str = ""
    currency: str = ""
    status: str = ""
    placed: str = ""


class Papers(Named, frozen=True, kw_only=True):
    """Documents that are searched by meaning: policies, articles."""

    title: str = ""
    body: str = ""
    audience: str = ""
    region: str = ""
    version: str = ""
    valid_from: str = ""
    valid_to: str = ""
    status: str = ""
    supersedes: str = ""
    updated: str = ""


class Diaries(Named, frozen=True, kw_only=True):
    """Whose calendars there are."""

    owner: str = ""
    zone: str = ""


class Events(Named, frozen=True, kw_only=True):
    """What stands in the calendars."""

    organiser: str = ""
    title: str = ""
    starts: str = ""
    ends: str = ""
    zone: str = ""
    priority: str = ""
    status: str = ""
    uid: str = ""
    rule: str = ""
    all_day: str = ""
    transparent: str = ""


class Attendances(Named, frozen=True, kw_only=True):
    """Who was asked to which event, and what they said."""

    event: str = ""
    calendar: str = ""
    response: str = ""


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that a world can fill; None for those it cannot."""

    people: People | None = None
    cases: Cases | None = None
    orders: Orders | None = None
    papers: Papers | None = None
    diaries: Diaries | None = None
    events: Events | None = None
    attendances: Attendances | None = None

    def lacks(self, needs: Sequence[str]) -> str:
        """What of `people.city`, `cases.status` … is not there, in words; empty where all is."""
        for need in needs:
            part, _, column = need.partition(".")
            played = getattr(self, part)
            if played is None:
                return f"no table plays the part of {part}"
            if column and not getattr(played, column):
                return f"table '{played.table}' has no column for {column}"
        return ""


P = TypeVar("P", bound=Named)
_Wish = tuple[tuple[Role, ...], str]
"""The roles that a column may have, and a pattern of its name; an empty pattern for any."""

_TEXT = (Role.TEXT, Role.TITLE, Role.CATEGORY, Role.DOCUMENT)
_DAY = (Role.DATE, Role.BIRTH_DATE)
_ID = (Role.IDENTIFIER, Role.CODE)
_ANY = tuple(Role)
_WISHES: dict[type[Named], dict[str, _Wish]] = {
    People: {
        "given": ((Role.GIVEN_NAME,), ""),
        "surname": ((Role.SURNAME,), ""),
        "full": ((Role.FULL_NAME,), ""),
        "email": ((Role.EMAIL,), ""),
        "phone": ((Role.PHONE,), ""),
        "street": ((Role.STREET, Role.ADDRESS), ""),
        "city": ((Role.CITY,), ""),
        "postcode": ((Role.POSTCODE,), ""),
        "born": ((Role.BIRTH_DATE,), ""),
        "status": ((Role.CATEGORY,), r"status|state$|standing"),
        "created": ((Role.DATE,), r"creat|regist|join|since|added|opened|signed|updated|modified"),
        "notes": ((Role.TEXT,), r"note|comment|remark|memo"),
    },
    Cases: {
        "subject": (_TEXT, r"subject|title|summary|topic|reason|description"),
        "status": ((Role.CATEGORY, Role.TEXT), r"status|state$"),
        "priority": ((Role.CATEGORY, Role.NUMBER), r"priority|severity|urgency"),
        "opened": (_DAY, r"open|creat|start|filed|report|receiv|begun"),
        "closed": (_DAY, r"clos|resolv|end|solved|finish"),
    },
    Orders: {
        "item": ((*_TEXT, Role.CODE), r"item|product|article|thing|sku|description"),
        "amount": ((Role.MONEY, Role.NUMBER), r"amount|total|price|sum|value|cost"),
        "currency": (_ANY, r"^curr|currency"),
        "status": ((Role.CATEGORY, Role.TEXT), r"status|state$"),
        "placed": (_DAY, r"placed|order|bought|creat|date|paid|invoiced|issued"),
    },
    Papers: {
        "title": ((Role.TITLE,), ""),
        "body": ((Role.DOCUMENT,), ""),
        "audience": (_ANY, r"audience|segment|customer_type"),
        "region": ((Role.REGION, Role.CATEGORY, Role.COUNTRY), r"region|state|country|market"),
        "version": (_ANY, r"version|revision"),
        "valid_from": (_DAY, r"valid_?from|effective|from"),
        "valid_to": (_DAY, r"valid_?(to|until)|expir|until"),
        "status": ((Role.CATEGORY, Role.TEXT), r"status|state$"),
        "supersedes": (_ID, r"supersede|replaces|previous"),
        "updated": (_DAY, r"updated|modified|changed"),
    },
    Diaries: {"owner": (_ANY, r"owner|person|name|user"), "zone": (_ANY, r"zone|tz")},
    Events: {
        "organiser": (_ANY, r"organi[sz]er|calendar"),
        "title": (_ANY, r"title|summary|subject"),
        "starts": (_DAY, r"start|begin|^from"),
        "ends": (_DAY, r"^ends?|finish|^to$|_end"),
        "zone": (_ANY, r"zone|tz"),
        "priority": (_ANY, r"priority|importance"),
        "status": (_ANY, r"status"),
        "uid": (_ANY, r"^uid$|ical"),
        "rule": (_ANY, r"rule"),
        "all_day": (_ANY, r"all_?day"),
        "transparent": (_ANY, r"transp"),
    },
    Attendances: {"response": (_ANY, r"response|answer|partstat|reply|status")},
}


def cast_of(schema: Schema, given: Mapping[str, Mapping[str, str]] | None = None) -> Cast:
    """Who plays which part; `given` decides parts by hand: `{"people": {"table": "klanten"}}`.

    Raises ConfigError for parts, tables and columns that there are not.
    """
    told = dict(given or {})
    if unknown := set(told) - set(Cast.__struct_fields__):
        name = min(unknown)
        raise ConfigError(f"unknown part '{name}' in the cast{did_you_mean(name, Cast.__struct_fields__)}")

    def play(part: type[P], name: str, fits: Callable[[P, Table], int]) -> P | None:
        if name in told:
            return _given(schema, part, name, told[name])
        return _best(schema, part, fits)

    people = play(People, "people", _people)
    home = people.table if people else ""
    events = play(Events, "events", lambda part, _: _all(part.title, part.starts, part.ends))
    diaries = play(Diaries, "diaries", lambda part, table: _diaries(part, table, events))
    cast = Cast(
        people=people,
        cases=play(Cases, "cases", lambda part, table: _cases(part, table, home)),
        orders=play(Orders, "orders", lambda part, table: _orders(part, table, home)),
        papers=play(Papers, "papers", lambda part, _: _all(part.title, part.body)),
        diaries=diaries,
        events=events,
        attendances=play(Attendances, "attendances", lambda part, table: _attends(part, table, events)),
    )
    return _joined(schema, cast)


def _best(schema: Schema, part: type[P], fits: Callable[[P, Table], int]) -> P | None:
    found = [(fits(played, table), played) for table in schema.tables for played in [_played(part, table)]]
    score, played = max(found, key=lambda one: one[0], default=(0, None))
    return played if score > 0 else None


def _played(part: type[P], table: Table) -> P:
    columns = {name: _column(table, *wish) for name, wish in _WISHES[part].items()}
    key = table.key[0] if len(table.key) == 1 else ""
    return part(table=table.name, key=key, **{name: column for name, column in columns.items() if column})


def _column(table: Table, roles: tuple[Role, ...], pattern: str) -> str:
    def fits(column: Column) -> bool:
        return column.role in roles and re.search(pattern, column.name, re.IGNORECASE) is not None

    return next((column.name for column in table.columns if fits(column)), "")


def _given(schema: Schema, part: type[P], name: str, told: Mapping[str, str]) -> P:
    if "table" not in told:
        raise ConfigError(f"the cast's part '{name}' names no table")
    table = schema.table(told["table"])
    for word, column in told.items():
        if word not in part.__struct_fields__:
            near = did_you_mean(word, part.__struct_fields__)
            raise ConfigError(f"the cast's part '{name}' has no '{word}'{near}")
        if word != "table" and column:
            table.column(column)
    return msgspec.structs.replace(_played(part, table), **told)


def _all(*columns: str) -> int:
    return sum(map(bool, columns)) if all(columns) else 0


def _filled(part: Named) -> int:
    return sum(bool(getattr(part, name)) for name in part.__struct_fields__)


def _people(part: People, _: Table) -> int:
    personal = (part.email, part.phone, part.street, part.city, part.born)
    return _filled(part) if part.key and part.named and any(personal) else 0


def _refers(table: Table, home: str) -> bool:
    return bool(home) and any(one.table == home and len(one.columns) == 1 for one in table.references)


def _cases(part: Cases, table: Table, home: str) -> int:
    fits = part.key and part.status and _refers(table, home) and not table.having(Role.MONEY)
    return _filled(part) if fits else 0


def _orders(part: Orders, table: Table, home: str) -> int:
    return _filled(part) if part.key and part.amount and _refers(table, home) else 0


def _diaries(part: Diaries, table: Table, events: Events | None) -> int:
    if events is None or table.name == events.table or not part.owner:
        return 0
    return _filled(part) if re.search(r"calendar|diar", table.name, re.IGNORECASE) else 0


def _attends(part: Attendances, table: Table, events: Events | None) -> int:
    return 1 if events is not None and part.response and _refers(table, events.table) else 0


def _joined(schema: Schema, cast: Cast) -> Cast:
    """The cast with the columns by which its tables refer to each other."""
    changes: dict[str, Named] = {}
    for name, column, to in _JOINS:
        played, home = changes.get(name) or getattr(cast, name), getattr(cast, to)
        if played is not None and home is not None and (not getattr(played, column) or column == "organiser"):
            found = next(_references(schema.table(played.table), home), getattr(played, column))
            changes[name] = msgspec.structs.replace(played, **{column: found})
    return msgspec.structs.replace(cast, **changes)


_JOINS = (
    ("cases", "person", "people"),
    ("orders", "person", "people"),
    ("events", "organiser", "diaries"),
    ("attendances", "event", "events"),
    ("attendances", "calendar", "diaries"),
)


def _references(table: Table, home: Named) -> Iterator[str]:
    for reference in table.references:
        if reference.table == home.table and reference.to == (home.key,):
            yield reference.columns[0]
