"""The desk's policy documents: families of near-duplicates that grow as a firm does.

A firm begins with one document a topic, written for the customers it has. It keeps the old versions,
announces new ones, and copies them for other customers, states and products; so the more there are, the less
they differ.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple
from zlib import crc32

from people import stream

MOST = 20_000

TOPICS = (
    # topic, as it used to be written, as it is written now, and the least figure there ever was
    ("Returns", "A customer can return {line} within {n} days.", "Returns are accepted for {n} days.", 14),
    (
        "Visits",
        "A technician's visit for {line} costs {n} dollars.",
        "A technician's visit is {n} dollars.",
        60,
    ),
    ("Warranty", "We repair {line} free for {n} months.", "The warranty period is {n} months.", 12),
    ("Price match", "We match cheaper {line} for {n} days.", "Prices are matched for {n} days.", 7),
    ("Gift cards", "Gift cards for {line} last {n} months.", "A gift card is valid for {n} months.", 24),
    ("Delivery", "We deliver {line} for {n} dollars.", "The delivery charge is {n} dollars.", 15),
    ("Spare parts", "We keep parts of {line} for {n} years.", "Spare parts are kept for {n} years.", 5),
    ("Loans", "You can borrow {line} for {n} weeks.", "A loan ends after {n} weeks.", 2),
    ("Instalments", "You can pay {line} off in {n} months.", "Instalments end after {n} months.", 6),
    ("Recycling", "We take old {line} away for {n} dollars.", "The recycling charge is {n} dollars.", 20),
    ("Complaints", "We reply about {line} in {n} hours.", "Complaints are answered in {n} hours.", 24),
    ("Discounts", "Regulars get {line} {n} percent cheaper.", "The loyalty discount is {n} percent.", 3),
)
AUDIENCES = ("retail", "business", "wholesale", "government", "education")
REGIONS = (
    "Victoria",
    "Queensland",
    "New South Wales",
    "Tasmania",
    "South Australia",
    "Western Australia",
    "Northern Territory",
    "Canberra",
)
LINES = (
    "kitchen appliances",
    "laundry appliances",
    "televisions",
    "garden tools",
    "air conditioners",
    "vacuum cleaners",
    "coffee machines",
    "heaters",
    "computers",
    "telephones",
)
VALID = (
    ("2021-07-01", "2022-06-30"),
    ("2022-07-01", "2023-06-30"),
    ("2023-07-01", "2024-06-30"),
    ("2024-07-01", None),  # the version in force
    ("2026-07-01", None),  # announced
)
IN_FORCE = 3


class Document(NamedTuple):
    """One policy document."""

    title: str
    topic: str
    audience: str
    region: str
    line: str
    body: str
    valid_from: str
    valid_to: str | None


def documents(rows: int, seed: int) -> list[Document]:
    """Return one document a row, at least one a topic and not more than `MOST`; fewer begin more."""
    sizes = (TOPICS, AUDIENCES, REGIONS, LINES, VALID)
    places = list(product(*(range(len(size)) for size in sizes)))
    chance = stream(seed, "documents").random(len(places))
    ordered = sorted(zip(places, chance, strict=True), key=lambda entry: (_age(entry[0]), entry[1]))
    count = min(max(rows, len(TOPICS)), MOST)
    return [_written(place, seed) for place, _ in ordered[:count]]


def _age(place: tuple[int, ...]) -> int:
    """When a firm comes to have this document: its first ones, their history, and then further afield."""
    topic, *scope, version = place
    home = [topic % len(size) for size in (AUDIENCES, REGIONS, LINES)]
    steps = sum(here != there for here, there in zip(scope, home, strict=True))
    return 0 if not steps and version == IN_FORCE else 1 + steps


def _written(place: tuple[int, ...], seed: int) -> Document:
    topic, audience, region, line, version = place
    name, before, now, least = TOPICS[topic]
    family = crc32(repr((seed, place[:-1])).encode())
    value = least + (7 * version + family) % 29
    scope = (AUDIENCES[audience], REGIONS[region], LINES[line])
    rule = (now if version >= IN_FORCE else before).format(line=scope[2], n=value)
    title = f"{name}: {scope[2]}, {scope[0]} customers in {scope[1]}"
    body = f"{rule} This holds for {scope[0]} customers in {scope[1]} and for {scope[2]}."
    return Document(title, name, *scope, body, *VALID[version])
