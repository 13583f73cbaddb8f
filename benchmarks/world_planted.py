"""Values that nobody else has, planted in a source and sought in what a snapshot writes.

Of each made-up person the name, the e-mail, the telephone number, the IBAN and the address stand in columns,
in the notes of somebody else, and in a document. Everything in the world's folder is then searched: the texts
of every column of every Parquet file, and the other files as they are. The search shares no code with the
product's own: all texts in small letters, and once more without anything but letters and digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ahocorasick_rs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table
from agentprobe.worlds.snapshot import MAPPED, REGENERATED
from world_people import Held

KINDS = ("name", "email", "phone", "iban", "address")
SOUNDS = (
    "bra",
    "kel",
    "vos",
    "ti",
    "mur",
    "shan",
    "qui",
    "lo",
    "fen",
    "dra",
    "zo",
    "pel",
    "gri",
    "nax",
    "wy",
)
GIVEN = ("Anna", "Ben", "Carla", "Deniz", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jana", "Karim", "Lena")
TOWNS = ("Ahlen", "Bremen", "Coburg", "Dessau", "Emden", "Fulda", "Gotha", "Hameln")
TABLES = (
    Table(
        name="customers",
        columns=(
            Column(name="customer_id", kind="integer", nullable=False),
            *(Column(name=name, kind="text") for name in (*KINDS, "city", "status", "notes")),
        ),
        key=("customer_id",),
    ),
    Table(
        name="tickets",
        columns=(
            Column(name="ticket_id", kind="integer", nullable=False),
            Column(name="customer_id", kind="integer"),
            Column(name="status", kind="text"),
            Column(name="description", kind="text"),
        ),
        key=("ticket_id",),
        references=(ForeignKey(columns=("customer_id",), table="customers", to=("customer_id",)),),
    ),
    Table(
        name="documents",
        columns=(
            Column(name="document_id", kind="integer", nullable=False),
            Column(name="title", kind="text"),
            Column(name="body", kind="text"),
        ),
        key=("document_id",),
    ),
)


def planted(people: int, place: Path, taken: Callable[[Held, str, Path], WorldFolder]) -> Iterator[str]:
    """A line for the source, which shows that the search finds, and one for each kind of world."""
    values = _people(people)
    source = _source(values)
    sought = _Sought(values)
    heads = "".join(f"{kind:>9}" for kind in (*KINDS, "all"))
    yield f"{'planted values found':25}{heads}{'surnames':>10}{'texts':>11}"
    yield _line("the source", *sought.found(_texts_of(source)))
    for kind in (MAPPED, REGENERATED):
        world = taken(source, kind, place / f"planted-{kind}")
        left_out = world.manifest.derived.get("left_out", [])
        note = f"   (left out: {', '.join(left_out)})" if left_out else ""
        yield _line(f"agentprobe, {kind}", *sought.found(_written(world.path))) + note


def _line(name: str, found: dict[str, int], surnames: int, texts: int) -> str:
    cells = "".join(f"{found[kind]:9,}" for kind in KINDS)
    return f"{name:25}{cells}{sum(found.values()):9,}{surnames:10,}{texts:11,}"


def _people(many: int) -> list[dict[str, str]]:
    chance = np.random.default_rng(28)
    surnames: dict[str, None] = {}
    while len(surnames) < many:
        surnames["".join(SOUNDS[at] for at in chance.integers(0, len(SOUNDS), 4)).title()] = None
    found = []
    for number, surname in enumerate(surnames):
        given = GIVEN[int(chance.integers(0, len(GIVEN)))]
        bank = int(chance.integers(10**17, 10**18))
        street = "".join(SOUNDS[at] for at in chance.integers(0, len(SOUNDS), 3)).title()
        found.append(
            {
                "name": f"{given} {surname}",
                "email": f"{given}.{surname}{number % 7}@{surname}-mail.example".lower(),
                "phone": f"+49 151 {int(chance.integers(10**7, 10**8))}",
                "iban": f"DE{98 - number % 90:02d}{bank}",
                "address": f"{street}gasse {number % 180 + 1}, {10_000 + int(chance.integers(0, 89_999))} "
                f"{TOWNS[number % len(TOWNS)]}",
            }
        )
    return found


def _source(people: list[dict[str, str]]) -> Held:
    many = len(people)
    others = [people[(number + 7) % many] for number in range(many)]
    third = [people[(number + 31) % many] for number in range(many)]
    customers: dict[str, Any] = {
        "customer_id": range(many),
        **{kind: [one[kind] for one in people] for kind in KINDS},
        "city": [TOWNS[number % len(TOWNS)] for number in range(many)],
        "status": [("active", "closed", "Active")[number % 3] for number in range(many)],
        "notes": [
            f"Asked for {one['name']} ({one['email']}, {one['phone']}); refund to {one['iban']}, "
            f"letters to {one['address']}."
            for one in others
        ],
    }
    tickets: dict[str, Any] = {
        "ticket_id": range(many),
        "customer_id": range(many),
        "status": [("open", "closed")[number % 2] for number in range(many)],
        "description": [
            f"Call {one['name']} on {one['phone'].replace(' ', '')} or write to {one['email'].upper()}, "
            f"IBAN {' '.join(one['iban'][at : at + 4] for at in range(0, 20, 4))}"
            for one in third
        ],
    }
    documents: dict[str, Any] = {
        "document_id": range(many),
        "title": [f"Agreement with {one['name']}" for one in people],
        "body": [
            f"This agreement is made with {one['name']}, living at {one['address']}.\n\nPayments go to the "
            f"account {one['iban']}. Questions are answered by {one['email']} or under {one['phone']}.\n\n"
            f"{one['name']} may end it at the end of any month."
            for one in people
        ],
    }
    rows = zip(TABLES, (customers, tickets, documents), strict=True)
    tables = {
        table.name: pa.table({name: list(values) for name, values in told.items()}, schema_of(table))
        for table, told in rows
    }
    return Held(Schema(tables=TABLES), tables)


class _Sought:
    """The planted values, in the forms in which they are sought."""

    def __init__(self, people: list[dict[str, str]]) -> None:
        self._of: list[tuple[str, int]] = []
        plain: list[str] = []
        for number, one in enumerate(people):
            given, surname = one["name"].split()
            forms = [(kind, form) for kind in KINDS for form in (one[kind].lower(), _bare(one[kind].lower()))]
            forms += [("name", f"{surname}, {given}".lower()), ("surname", surname.lower())]
            forms.append(("address", one["address"].split(",")[0].lower()))
            forms.append(("phone", _bare(one["phone"])[2:]))
            for kind, form in forms:
                self._of.append((kind, number))
                plain.append(form)
        self._automaton = ahocorasick_rs.AhoCorasick(plain)

    def found(self, texts: Iterator[str]) -> tuple[dict[str, int], int, int]:
        """Of each kind how many are found; how many surnames; how many texts were searched."""
        hits: set[tuple[str, int]] = set()
        many = 0
        for text in texts:
            many += 1
            small = text.lower()
            for form in (small, _bare(small)):
                found = self._automaton.find_matches_as_indexes(form, overlapping=True)
                hits.update(self._of[pattern] for pattern, _, _ in found)
        counts = {kind: sum(one == kind for one, _ in hits) for kind in KINDS}
        return counts, sum(kind == "surname" for kind, _ in hits), many


def _bare(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def _texts_of(source: Held) -> Iterator[str]:
    for table in source.tables.values():
        yield from _texts_in(table)


def _written(folder: Path) -> Iterator[str]:
    """All that stands in a world's folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            yield from _texts_in(pq.read_table(path))
        elif path.is_file():
            yield path.read_text(errors="replace")
        yield path.name


def _texts_in(table: pa.Table) -> Iterator[str]:
    for column in table.columns:
        for value in column.to_pylist():
            if value is not None:
                yield str(value)
