"""To make people who look like a world's own: their parts come from its first rows, put together anew."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from agentprobe.worlds.planting.cast import People
from agentprobe.worlds.planting.days import as_day, day_of
from agentprobe.worlds.planting.planted import Who
from agentprobe.worlds.planting.stage import Row, Stage, Unfit
from agentprobe.worlds.planting.vocabulary import OPEN, plain, word_of


def target(stage: Stage, *, least: int = 3) -> Row:
    """A new person's row, not added yet: a given name, a surname and a town of three of the world's own."""
    people = part(stage)
    row = stage.template(people.table, "target")
    chance = stage.chance("target")
    given = _names(stage, people, "given")
    surnames = [name for name in _names(stage, people, "surname") if len(name) >= least]
    if not given or not surnames:
        raise Unfit("the first rows hold no names to build one from")
    name(row, people, chance.choice(_shorter(given)), chance.choice(_shorter(surnames)))
    if people.city:
        towns = [one for one in stage.heart(people.table) if one[people.city]]
        town = chance.choice(towns) if towns else row
        for column in (people.city, people.postcode):
            if column:
                row[column] = town[column]
        row[people.city] = str(row[people.city] or "").strip() or None
    return personal(stage, row, "target")


def part(stage: Stage) -> People:
    """Who the people are."""
    people = stage.cast.people
    assert people is not None, "an ambiguity that needs people says so"
    return people


def name(row: Row, people: People, given: str, surname: str) -> None:
    """Give a row its name, in one column or two."""
    if people.given and people.surname:
        row[people.given], row[people.surname] = given, surname
    if people.full:
        row[people.full] = f"{given} {surname}"


def names_of(row: Row, people: People) -> tuple[str, str]:
    """Given name and surname of a row."""
    if people.given and people.surname:
        return str(row[people.given] or "").strip(), str(row[people.surname] or "").strip()
    words = str(row[people.full] or "").split()
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else ("", "".join(words))


def personal(stage: Stage, row: Row, *address: object) -> Row:
    """Give a row what belongs to one person alone: birthday, telephone, address and e-mail."""
    people, chance = part(stage), stage.chance("personal", *address)
    if people.born:
        column = stage.column(people.table, people.born)
        known = day_of(row[people.born]) or date(1975, 6, 15)
        row[people.born] = as_day(column, _birthday(known, chance.randint(400, 5_000)), row[people.born])
    if people.phone:
        row[people.phone] = _other_digits(row[people.phone] or "0400 000 000", chance, keep=3)
    if people.street:
        row[people.street] = _other_digits(row[people.street] or "12 Church Street", chance, keep=0)
    if people.email:
        row[people.email] = address_of(row, people, chance.randint(2, 98))
    if people.status:
        row[people.status] = word_of(stage.words(people.table, people.status), OPEN)
    return row


def address_of(row: Row, people: People, number: int) -> str:
    """An e-mail address for a row's name, with the provider that the row has."""
    given, surname = names_of(row, people)
    provider = str(row[people.email] or "").rpartition("@")[2].strip() or "example.com"
    local = re.sub(r"[^a-z0-9.]+", "", f"{given}.{surname}".casefold()).strip(".")
    return f"{local or 'info'}{number}@{provider}"


def who(row: Row, people: People) -> Who:
    """A row as a question can name it."""
    given, surname = names_of(row, people)
    born = day_of(row[people.born]) if people.born else None
    return Who(
        key=row[people.key],
        given=given,
        surname=surname,
        city=str(row[people.city] or "").strip() if people.city else "",
        born=born.isoformat() if born else "",
        email=str(row[people.email] or "") if people.email else "",
        phone=str(row[people.phone] or "") if people.phone else "",
    )


def other(stage: Stage, row: Row, *address: object) -> Row:
    """Another person of the same name from the same town."""
    return personal(stage, dict(row), *address)


def add(stage: Stage, row: Row) -> Row:
    """Put a person into the world."""
    people = part(stage)
    return stage.add(people.table, row, key=people.key)


def _names(stage: Stage, people: People, which: str) -> list[str]:
    """The given names or the surnames of the first rows, those that are fit to be asked for."""
    pairs = [names_of(row, people) for row in stage.heart(people.table)]
    found = [pair[0 if which == "given" else 1] for pair in pairs]
    fit = [one for one in found if len(one) >= 2 and one.replace("-", "").replace("'", "").isalpha()]
    return sorted(set(fit), key=plain)


def _shorter(names: list[str]) -> list[str]:
    """The shorter half: frequent names are short (Zipf 1935), and it is they that have neighbours."""
    return sorted(names, key=lambda one: (len(one), one))[: max(3, len(names) // 2)]


def _birthday(day: date, days: int) -> date:
    """A later or an earlier day, whose day and month cannot be taken for each other."""
    moved = day + timedelta(days=days if day.year < 1965 else -days)
    return moved if moved.day > 12 else moved.replace(day=moved.day + 14)


def _other_digits(text: str, chance: Any, *, keep: int) -> str:
    """The text with other digits behind the first few; where it has none, a number stands in front."""
    seen = 0
    if not any(one.isdigit() for one in text):
        return f"{chance.randint(1, 180)} {text}"
    changed = []
    for one in text:
        seen += one.isdigit()
        first = seen == keep + 1
        changed.append(str(chance.randint(first, 9)) if one.isdigit() and seen > keep else one)
    return "".join(changed)
