"""What a column means, which decides how its values are replaced and what an agent may ask of it."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The meaning of a column."""

    GIVEN_NAME = "given_name"
    SURNAME = "surname"
    FULL_NAME = "full_name"
    ORGANISATION = "organisation"
    EMAIL = "email"
    USERNAME = "username"
    PHONE = "phone"
    STREET = "street"
    CITY = "city"
    REGION = "region"
    POSTCODE = "postcode"
    COUNTRY = "country"
    ADDRESS = "address"
    """Street, town and what belongs to it in one value."""
    URL = "url"
    IP = "ip"
    IDENTIFIER = "identifier"
    """A key, or a reference to one: a number or a UUID that says nothing by itself."""
    CODE = "code"
    """What has a form and stands for one thing: a booking reference, an IBAN, a passport or serial number."""
    BIRTH_DATE = "birth_date"
    DATE = "date"
    """A day, or a day with its time."""
    MONEY = "money"
    NUMBER = "number"
    CATEGORY = "category"
    """One of few words: a status, a type, a currency; blanks, capitals and misspellings are part of it."""
    FLAG = "flag"
    TEXT = "text"
    """Free text: notes, comments, subjects."""
    DOCUMENT = "document"
    """A whole text that is searched by meaning: a policy, an article, an e-mail's body."""
    TITLE = "title"
    """The heading of a document or an event."""
    VECTOR = "vector"
    """An embedding: a fixed number of floats."""
    JSON = "json"
    SECRET = "secret"
    """A password, a token, a hash of one: never kept in any form."""
    DROPPED = "dropped"
    """Of no known meaning: left out, since what nobody has looked at must not leave production."""


NAMES = frozenset({Role.GIVEN_NAME, Role.SURNAME, Role.FULL_NAME})
PLACES = frozenset({Role.STREET, Role.CITY, Role.ADDRESS, Role.POSTCODE, Role.REGION})
IDENTIFYING = NAMES | frozenset(
    {
        Role.ORGANISATION,
        Role.EMAIL,
        Role.USERNAME,
        Role.PHONE,
        Role.STREET,
        Role.CITY,
        Role.ADDRESS,
        Role.URL,
        Role.IP,
        Role.CODE,
    }
)
"""Roles whose values say, alone or with few others, who somebody is: none may survive a snapshot."""
PROSE = frozenset({Role.TEXT, Role.DOCUMENT, Role.TITLE})
