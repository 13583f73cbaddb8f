"""One column's meaning from what its name, its type and its values say; in doubt it is left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agentprobe.worlds.guess.by_form import Look
from agentprobe.worlds.guess.by_name import is_a_place_on_earth, roles_by_name, words_of
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column

_WHOLE, _PARTS = ("integer",), ("integer", "float", "decimal")
_MANY_WORDS = 3.5
_FEW = 60
"""So many different values are still a vocabulary."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A role, how sure it is between 0 and 1, and why in words."""

    role: Role
    confidence: float
    reason: str


def decided(column: Column, look: Look, *, keyed: bool = False, table: str = "") -> Opinion:
    """The likeliest meaning of a column; `keyed` says that it is part of a key or a reference.

    What has no likely meaning is DROPPED: what nobody has looked at must not leave production.
    """
    if column.kind in _BY_KIND:
        return _BY_KIND[column.kind](column)
    secret = _secret(column, look)
    if secret:
        return secret
    if is_a_place_on_earth(column.name):
        return Opinion(Role.DROPPED, 0.9, "its name says where on earth, or a body's mark: too telling")
    if keyed:
        return Opinion(Role.IDENTIFIER, 0.95, "it is a key, or refers to one")
    if column.kind in ("date", "timestamp"):
        return _date(column)
    if column.kind in _PARTS:
        return _number(column, look)
    return _text(column, look, table)


def _date(column: Column) -> Opinion:
    if Role.BIRTH_DATE in roles_by_name(column.name):
        return Opinion(Role.BIRTH_DATE, 0.98, "a date, named so")
    return Opinion(Role.DATE, 0.98, f"its type is {column.kind}")


_BY_KIND: dict[str, Callable[[Column], Opinion]] = {
    "boolean": lambda _: Opinion(Role.FLAG, 0.98, "its type is boolean"),
    "vector": lambda _: Opinion(Role.VECTOR, 0.99, "its type is a vector"),
    "time": lambda _: Opinion(Role.DROPPED, 0.6, "a time of day without a date: no role keeps it"),
    "binary": lambda column: (
        Opinion(Role.IDENTIFIER, 0.8, "bytes that are named as a key")
        if Role.IDENTIFIER in roles_by_name(column.name)
        else Opinion(Role.DROPPED, 0.9, "bytes, which nobody can look at")
    ),
}


def _secret(column: Column, look: Look) -> Opinion | None:
    for form in ("bcrypt", "jwt", "api_key"):
        if look.share(form) >= 0.5 and look.share("uuid", "url", "iban", "json", "email") < 0.5:
            return Opinion(Role.SECRET, 0.95, f"{look.share(form):.0%} look like {_SECRETS[form]}")
    named = roles_by_name(column.name)
    if named and named[0] is Role.SECRET and column.kind not in ("boolean", "date", "timestamp"):
        return Opinion(Role.SECRET, 0.95, "its name says so")
    hashed = "hash" in words_of(column.name) or "digest" in words_of(column.name)
    if look.share("digest") >= 0.5 and (hashed or Role.IDENTIFIER not in named):
        return Opinion(Role.SECRET, 0.8, f"{look.share('digest'):.0%} look like a digest")
    return None


_SECRETS = {"bcrypt": "a password's hash", "jwt": "a signed token", "api_key": "an access key"}
_NUMERIC = (
    Role.MONEY,
    Role.NUMBER,
    Role.IDENTIFIER,
    Role.PHONE,
    Role.POSTCODE,
    Role.CODE,
    Role.BIRTH_DATE,
    Role.DATE,
)


def _number(column: Column, look: Look) -> Opinion:
    named = roles_by_name(column.name)
    dated = look.share("date")
    for role in named:
        if role in (Role.BIRTH_DATE, Role.DATE) and (dated < 0.8 and not _are_epochs(look)):
            continue
        if role in _NUMERIC:
            return Opinion(role, 0.9, "a number, named so")
        if role is Role.FLAG and look.distinct <= 2:
            return Opinion(Role.FLAG, 0.9, "0 or 1, named so")
        if role is Role.CATEGORY and 0 < look.distinct <= _FEW and column.kind in _WHOLE:
            return Opinion(Role.CATEGORY, 0.85, f"{look.distinct} different numbers, named so")
    if column.kind in _WHOLE and 0 < look.distinct <= 12 and look.repeated >= 20:
        return Opinion(Role.CATEGORY, 0.6, f"only {look.distinct} different numbers")
    if column.kind in _WHOLE and look.count >= 50 and look.distinct == look.count and look.length >= 5:
        return Opinion(Role.IDENTIFIER, 0.6, "whole numbers that never repeat")
    return Opinion(Role.NUMBER, 0.6, f"its type is {column.kind}, and nothing says that it is a key")


def _are_epochs(look: Look) -> bool:
    return any(form.replace(".", "")[:13] in ("9" * 10, "9" * 13) for form, _ in look.forms)


def _text(column: Column, look: Look, table: str) -> Opinion:
    named = roles_by_name(column.name)
    if not look.count:
        return _empty(named)
    for form, role in _SURE_FORMS:
        if look.share(form) >= 0.8 and not (form == "uuid" and named[:1] == (Role.SECRET,)):
            return Opinion(role, 0.97, f"{look.share(form):.0%} have its form")
    for role in named:
        opinion = _confirmed(role, look)
        if opinion is not None:
            return opinion
    if words_of(column.name) in ("name", "bezeichnung", "naam", "label", "display name", "nom"):
        return _plain_name(look, table)
    return _by_values(look)


_SURE_FORMS = (
    ("email", Role.EMAIL),
    ("url", Role.URL),
    ("ip", Role.IP),
    ("uuid", Role.IDENTIFIER),
    ("json", Role.JSON),
    ("iban", Role.CODE),
    ("money", Role.MONEY),
)
_WANTED: dict[Role, tuple[tuple[str, ...], float]] = {
    Role.PHONE: (("phone", "number"), 0.3),
    Role.EMAIL: (("email",), 0.2),
    Role.DATE: (("date",), 0.3),
    Role.BIRTH_DATE: (("date", "number"), 0.3),
    Role.MONEY: (("money", "number"), 0.5),
    Role.NUMBER: (("number",), 0.5),
    Role.IP: (("ip",), 0.3),
    Role.JSON: (("json",), 0.5),
    Role.VECTOR: (("json",), 2.0),
}
"""What part of the values must have one of these forms before a name is believed."""


def _confirmed(role: Role, look: Look) -> Opinion | None:
    """What a name says, when the values do not speak against it."""
    share = 1.0
    if role in _WANTED:
        forms, least = _WANTED[role]
        share = look.share(*forms)
        if share < least:
            return None
    speaks_against = _AGAINST.get(role)
    if speaks_against is not None and speaks_against(look):
        return None
    return Opinion(role, 0.9 if share > 0.8 else 0.75, "its name says so, and its values fit")


def _is_wordy(look: Look) -> bool:
    return look.words > _MANY_WORDS


def _is_no_vocabulary(look: Look) -> bool:
    return look.distinct > _FEW and look.repeated < 3


_AGAINST: dict[Role, Callable[[Look], bool]] = {
    Role.GIVEN_NAME: lambda look: look.words > 3 or look.share("number", "date") > 0.5,
    Role.SURNAME: lambda look: look.words > 4 or look.share("number", "date") > 0.5,
    Role.FULL_NAME: lambda look: look.words > 5 or look.share("number", "date", "code") > 0.5,
    Role.CITY: lambda look: look.words > 5 or look.share("number") > 0.5,
    Role.REGION: lambda look: look.words > 5 or _is_no_vocabulary(look) or look.share("number") > 0.9,
    Role.COUNTRY: lambda look: look.words > 5 or _is_no_vocabulary(look),
    Role.POSTCODE: lambda look: look.length > 12,
    Role.CODE: lambda look: (
        look.words > 7 or (look.words > 1.5 and look.share("iban", "phone", "number", "code") < 0.5)
    ),
    Role.CATEGORY: lambda look: _is_no_vocabulary(look) or look.words > 5,
    Role.FLAG: lambda look: look.distinct > 8,
    Role.TITLE: lambda look: look.words < 1.3,
    Role.DOCUMENT: lambda look: look.words < 20,
    Role.IDENTIFIER: lambda look: look.words > 1.5 or look.length > 64,
    Role.USERNAME: lambda look: look.words > 1.5,
    Role.STREET: lambda look: look.words > 9,
    Role.URL: lambda look: look.share("url") < 0.2 and look.words > 1.2,
    Role.SECRET: lambda look: False,
}


def _plain_name(look: Look, table: str) -> Opinion:
    """A column that is named `name` and no more: of whom or of what?"""
    if look.share("full_name") >= 0.2 or look.share("given_name", "surname") >= 0.5:
        return Opinion(Role.FULL_NAME, 0.85, "a name, and its words are people's")
    if look.share("company") >= 0.2:
        return Opinion(Role.ORGANISATION, 0.8, "a name, and its words are companies'")
    if look.share("city") >= 0.3:
        return Opinion(Role.CITY, 0.8, "a name, and its words are towns'")
    if look.share("country") >= 0.4:
        return Opinion(Role.COUNTRY, 0.8, "a name, and its words are countries'")
    words = words_of(table)
    if _OF_PEOPLE.search(words):
        return Opinion(Role.FULL_NAME, 0.75, "a name in a table of people")
    if _OF_COMPANIES.search(words):
        return Opinion(Role.ORGANISATION, 0.75, "a name in a table of companies")
    if look.distinct <= _FEW and look.repeated >= 3:
        return Opinion(Role.CATEGORY, 0.6, f"a name with {look.distinct} different values")
    return Opinion(Role.ORGANISATION, 0.5, "a name of somebody or something: replaced as a company's is")


_OF_PEOPLE = re.compile(
    "customer|client|person|people|user|employee|contact|patient|member|staff|student|kunde"
)
_OF_COMPANIES = re.compile("compan|organi|vendor|supplier|account|firm|merchant|partner|tenant|publisher")


def _by_values(look: Look) -> Opinion:
    """What values say when the name says nothing."""
    for form, role, least in _LIKELY_FORMS:
        if look.share(form) >= least:
            return Opinion(role, 0.75, f"{look.share(form):.0%} look like it")
    if look.share("street") >= 0.5 and look.share("house") >= 0.5:
        return Opinion(Role.STREET if look.words < 5 else Role.ADDRESS, 0.7, "streets with numbers")
    if look.share("full_name") >= 0.3:
        return Opinion(Role.FULL_NAME, 0.7, f"{look.share('full_name'):.0%} look like people's names")
    if look.words <= 1.5 and look.share("surname") >= 0.35:
        given, last = look.share("given_name"), look.share("surname")
        return Opinion(Role.GIVEN_NAME if given > last else Role.SURNAME, 0.65, "people's names")
    if look.words <= 1.5 and look.share("given_name") >= 0.35:
        return Opinion(Role.GIVEN_NAME, 0.65, "people's names")
    if look.count >= 50 and look.distinct <= _FEW and look.repeated >= 5 and look.words <= 4:
        return Opinion(Role.CATEGORY, 0.65, f"only {look.distinct} different values")
    if look.words > _MANY_WORDS and look.length > 20:
        return Opinion(Role.DOCUMENT if look.words > 120 else Role.TEXT, 0.6, "many words")
    return Opinion(Role.DROPPED, 0.5, "neither its name nor its values say what it is")


_LIKELY_FORMS = (
    ("iban", Role.CODE, 0.6),
    ("date", Role.DATE, 0.7),
    ("money", Role.MONEY, 0.7),
    ("email", Role.EMAIL, 0.4),
    ("url", Role.URL, 0.5),
    ("phone", Role.PHONE, 0.7),
    ("company", Role.ORGANISATION, 0.5),
    ("city", Role.CITY, 0.4),
)


def _empty(named: tuple[Role, ...]) -> Opinion:
    if named:
        return Opinion(named[0], 0.4, "its name says so; it holds no values to look at")
    return Opinion(Role.DROPPED, 0.5, "it holds no values to look at")
