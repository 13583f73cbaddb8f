"""The words that say whether something is open, and the short forms of names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

OPEN = ("active", "open", "new", "in progress", "pending", "current", "enabled", "live", "valid")
CLOSED = (
    "closed",
    "inactive",
    "resolved",
    "done",
    "cancelled",
    "canceled",
    "completed",
    "deleted",
    "archived",
)

NICKNAMES: dict[str, str] = {
    "robert": "Bob", "william": "Bill", "elizabeth": "Liz", "margaret": "Peggy", "richard": "Dick",
    "james": "Jim", "john": "Jack", "michael": "Mike", "katherine": "Kate", "catherine": "Cathy",
    "thomas": "Tom", "david": "Dave", "daniel": "Dan", "christopher": "Chris", "matthew": "Matt",
    "anthony": "Tony", "andrew": "Andy", "joseph": "Joe", "charles": "Charlie", "edward": "Ted",
    "steven": "Steve", "stephen": "Steve", "patricia": "Pat", "jennifer": "Jenny", "susan": "Sue",
    "deborah": "Debbie", "rebecca": "Becky", "samantha": "Sam", "samuel": "Sam", "benjamin": "Ben",
    "alexander": "Alex", "alexandra": "Sandra", "nicholas": "Nick", "jonathan": "Jon", "timothy": "Tim",
    "gregory": "Greg", "kenneth": "Ken", "ronald": "Ron", "jessica": "Jess", "victoria": "Vicky",
    "theodore": "Theo", "frederick": "Fred", "lawrence": "Larry", "barbara": "Barb", "dorothy": "Dot",
    "isabella": "Bella", "zachary": "Zac", "joshua": "Josh", "nathaniel": "Nate", "madeline": "Maddie",
}  # fmt: skip
"""Usual short forms; general knowledge."""


def plain(value: Any) -> str:
    """A word without blanks around it and without capitals."""
    return str(value).strip().casefold() if value is not None else ""


def word_of(values: Iterable[Any], among: tuple[str, ...], default: str = "") -> str:
    """The first value that is one of some words, as it is written there without blanks around it."""
    found = next((str(value).strip() for value in values if plain(value) in among), "")
    return found or default or among[0]


def nickname(given: str) -> str:
    """A name's usual short form; its beginning where there is none."""
    known = NICKNAMES.get(plain(given))
    return known or given.strip()[: max(3, len(given.strip()) // 2)].title()


def misspelt(word: str, place: int) -> str:
    """A word with two neighbouring letters changed about, or one changed where that changes nothing."""
    at = 1 + place % max(1, len(word) - 2)
    turned = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    if turned != word:
        return turned
    instead = {"e": "a", "i": "y", "s": "z", "l": "r", "n": "m", "t": "d", "o": "u"}.get(
        word[at].lower(), "e"
    )
    return word[:at] + instead + word[at + 1 :]
