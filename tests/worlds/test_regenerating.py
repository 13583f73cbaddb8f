"""Worlds made anew from a source: they ask what it asks, and nothing of it stands in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.worlds.held import Held
from tests.worlds.test_snapshot import Memory
from tests.worlds.test_snapshot import rows as memory_rows

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.guess import guesses
from agentprobe.worlds.keys import Key
from agentprobe.worlds.planning import first_plan
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.shape import profile
from agentprobe.worlds.shape.special import has_calendars
from agentprobe.worlds.shapes import built_in
from agentprobe.worlds.snapshot import snapshot

KEY = Key(b"k" * 32)


def held(columns: dict[str, tuple[Role, list[Any]]], kind: str = "text", **more: Any) -> Held:
    table = Table(
        name="t",
        columns=tuple(Column(name=name, kind=kind, role=role, **more) for name, (role, _) in columns.items()),
    )
    made = pa.table({name: values for name, (_, values) in columns.items()}, schema_of(table))
    return Held(Schema(tables=(table,)), {"t": made})


def regrown(reading: Held, folder: Path, key: Key = KEY, seed: int = 1) -> dict[str, list[Any]]:
    """The columns of the only table, made anew."""
    grow(profile(reading, reading.schema, key=key), None, seed, folder, workers=1)
    return WorldFolder(folder).table("t").to_pydict()


@dataclass
class Still:
    """A source that holds still."""

    held: Any
    shown: str = "memory://held"

    @contextmanager
    def reading(self) -> Iterator[Any]:
        yield self.held


def test_moments_kept_as_text_are_moments_in_the_same_spellings(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    moments = [
        datetime(2025, 1, 1) + timedelta(seconds=int(one))  # noqa: DTZ001
        for one in rng.integers(0, 3 * 10**7, 2000)
    ]
    mixed = [
        f"{one:%Y-%m-%d %H:%M:%S}+00:00" if at % 10 else ("unknown" if at % 20 else f"{one:%d/%m/%Y}")
        for at, one in enumerate(moments)
    ]
    found = regrown(held({"seen": (Role.DATE, mixed)}), tmp_path / "w")["seen"]
    zoned = [value for value in found if value.endswith("+00:00")]
    assert abs(len(zoned) / 2000 - 0.9) < 0.03
    assert abs(found.count("unknown") / 2000 - 0.05) < 0.02
    assert all(datetime.fromisoformat(value).year == 2025 for value in zoned)
    days = [value for value in found if "/" in value]
    assert all(datetime.strptime(value, "%d/%m/%Y").year == 2025 for value in days)  # noqa: DTZ007
    assert abs(len(days) / 2000 - 0.05) < 0.02


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S.%fZ", "%d.%m.%Y %H:%M", "%Y%m%d", "%d %b %Y"])
def test_each_spelling_of_a_day_comes_back(form: str, tmp_path: Path) -> None:
    days = [(datetime(2024, 1, 1) + timedelta(hours=5 * one)).strftime(form) for one in range(1500)]  # noqa: DTZ001
    found = regrown(held({"at": (Role.DATE, days)}), tmp_path / "w")["at"]
    assert all(2023 <= datetime.strptime(value, form).year <= 2025 for value in found)  # noqa: DTZ007


def test_days_stay_in_their_span_beside_a_birthday_and_after_what_they_follow(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    born = [date(1950, 1, 1) + timedelta(days=int(one)) for one in rng.integers(0, 15_000, 3000)]
    made = rng.integers(0, 300, 3000)
    ended = made + rng.integers(0, 300 - made + 1)
    start = date(2023, 1, 1)
    days = {
        "born": (Role.BIRTH_DATE, born),
        "made": (Role.DATE, [start + timedelta(days=int(one)) for one in made]),
        "ended": (Role.DATE, [start + timedelta(days=int(one)) for one in ended]),
    }
    found = regrown(held(days, "date"), tmp_path / "w")
    assert {day.year for day in (*found["made"], *found["ended"])} == {2023}
    assert all(one <= other for one, other in zip(found["made"], found["ended"], strict=True))
    shares = [
        np.histogram([(day - start).days for day in one], 10, (0, 300))[0] / 3000
        for one in (days["ended"][1], found["ended"])
    ]
    assert np.abs(shares[0] - shares[1]).max() < 0.04


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("nullable", [True, False])
def test_files_and_manifest_name_the_same_columns_whatever_they_mean(
    role: Role, nullable: bool, tmp_path: Path
) -> None:
    kind, size = ("vector", 4) if role is Role.VECTOR else ("text", 0)
    value: Any = [0.5, 0.1, 0.2, 0.9] if kind == "vector" else "2024-02-03"
    columns = {"id": (Role.IDENTIFIER, [str(one) for one in range(60)])}
    reading = held({**columns, "c": (role, ["x"] * 60)} if kind == "text" else columns)
    table = reading.schema.tables[0]
    column = Column(name="c", kind=kind, role=role, nullable=nullable, size=size)
    table = msgspec.structs.replace(table, columns=(table.columns[0], column))
    whole = pa.table({"id": columns["id"][1], "c": [value] * 60}, schema_of(table))
    reading = Held(Schema(tables=(table,)), {"t": whole})
    manifest = grow(profile(reading, reading.schema, key=KEY), None, 1, tmp_path / "w", workers=1)
    world = WorldFolder(tmp_path / "w")
    named = [column.name for column in manifest.schema.table("t").columns]
    assert all(pq.read_schema(path).names == named for path in world.files("t"))
    values = world.table("t").column("c")
    assert nullable or values.null_count == 0
    if role in (Role.DROPPED, Role.SECRET):
        assert set(values.to_pylist()) == ({None} if nullable else {""})


def test_namesakes_with_one_address_are_not_one_person(tmp_path: Path) -> None:
    """An address made of the name says no more than the name."""
    tables = memory_rows(2000)
    source = Memory(tables=tables)
    plan = first_plan("x", "y", source.as_of, source.schema, guesses(source))
    schema = plan.applied(source.schema)
    grow(profile(source, schema, key=KEY), None, 1, tmp_path / "w", workers=1)
    grown = WorldFolder(tmp_path / "w").table("customers")
    for name in ("phone", "city"):
        counts = [
            np.unique(list(map(str, table.column(name).drop_null().to_pylist())), return_counts=True)[1]
            for table in (tables["customers"], grown)
        ]
        alike = [float((one**2).sum() / one.sum()) for one in counts]
        assert alike[1] < 1.5 * alike[0], name


def test_sets_of_keys_stay_and_the_names_that_they_hold_do_not(tmp_path: Path) -> None:
    values = [
        json.dumps({"owner": {"name": f"Kim{one}"}, "n": one} if one % 4 else {"tags": ["a", f"b{one}"]})
        for one in range(800)
    ]
    found = [json.loads(one) for one in regrown(held({"c": (Role.JSON, values)}), tmp_path / "w")["c"]]
    assert abs(sum("owner" in one for one in found) / 800 - 0.75) < 0.06
    assert {json.dumps(one | ({"n": 0} if "n" in one else {})) for one in found} == {
        '{"owner": {"name": ""}, "n": 0}',
        '{"tags": [""]}',
    }


@pytest.mark.parametrize(
    ("role", "made"),
    [
        (Role.URL, lambda n: f"https://shop{n % 40}.example.com/people/{n}"),
        (Role.IP, lambda n: f"10.{n % 7}.{n % 50}.{n % 250}"),
        (Role.USERNAME, lambda n: f"kimlee{n % 700:03d}"),
        (Role.POSTCODE, lambda n: f"{20000 + 37 * (n % 400)}"),
    ],
)
def test_values_of_a_form_keep_it_and_recur_as_often(role: Role, made: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    values = [made(int(one)) for one in rng.zipf(1.5, 3000) % 5000]
    found = regrown(held({"c": (role, values)}), tmp_path / "w")["c"]
    alike = []
    for one in (values, found):
        counts = np.unique(one, return_counts=True)[1]
        alike.append(float((counts**2).sum() / counts.sum()))
    assert 0.7 < alike[1] / alike[0] < 1.4
    dots = [np.mean([value.count(".") for value in one]) for one in (values, found)]
    assert abs(dots[0] - dots[1]) < 0.2
    assert len(set(values) & set(found)) <= (3 if role is Role.POSTCODE else 0) + len(set(values)) // 20


def test_calendars_kept_with_text_for_moments_are_grown_as_calendars(tmp_path: Path) -> None:
    """As in SQLite; without a column that nobody needs, and with one of the owner's own."""
    shape, told = built_in("calendar"), []
    for one in shape.tables:
        columns = [
            msgspec.structs.replace(column, kind="text", zoned=False)
            if column.kind == "timestamp"
            else column
            for column in one.table.columns
            if column.name != "uid"
        ]
        columns.append(Column(name="room", kind="text", role=Role.DROPPED))
        told.append(
            msgspec.structs.replace(one, table=msgspec.structs.replace(one.table, columns=tuple(columns)))
        )
    shape = msgspec.structs.replace(shape, tables=tuple(told))
    assert has_calendars(shape.schema)
    manifest = grow(shape, 60, 3, tmp_path / "w", workers=1)
    world = WorldFolder(tmp_path / "w")
    for table in manifest.schema.tables:
        named = [column.name for column in table.columns]
        assert all(pq.read_schema(path).names == named for path in world.files(table.name))
    starts = world.table("events", ["starts"]).column(0).to_pylist()
    assert all(datetime.fromisoformat(str(one)).tzinfo is not None for one in starts)
    assert len(starts) > 300
    known = set(world.table("events", ["event_id"]).column(0).to_pylist())
    assert set(world.table("attendances", ["event_id"]).column(0).to_pylist()) <= known


def test_few_peoples_time_zones_are_as_mixed_as_manys(tmp_path: Path) -> None:
    shares = []
    for seed in range(4):
        grow(built_in("calendar"), 100, seed, tmp_path / str(seed), workers=1)
        zones = WorldFolder(tmp_path / str(seed)).table("calendars", ["time_zone"]).column(0).to_pylist()
        shares.append(zones.count("Europe/Berlin") / 100)
    assert max(shares) - min(shares) < 0.2
    assert abs(np.mean(shares) - 0.45) < 0.12


def test_one_key_gives_one_world_and_another_key_other_words(tmp_path: Path) -> None:
    values = {"name": (Role.FULL_NAME, [f"Kim{a} Abernathy{b}" for a in "aeiou" for b in "klmnprst" * 5])}
    told = [
        regrown(held(values), tmp_path / f"w{at}", key)["name"]
        for at, key in enumerate((KEY, KEY, Key(b"o" * 32)))
    ]
    assert told[0] == told[1]
    assert not set(told[0]) & set(told[2])


def test_what_stands_in_a_source_stands_neither_in_the_shape_nor_in_the_world(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)

    def word(many: int) -> str:
        return "".join("bdfglmnprstvaeiou"[int(one)] for one in rng.integers(0, 17, many)).title()

    people = [(f"{word(7)}", f"{word(9)}") for _ in range(2000)]
    values = {
        "name": (Role.FULL_NAME, [f"{a} {b}" for a, b in people]),
        "email": (Role.EMAIL, [f"{a}.{b}@{b}.example".lower() for a, b in people]),
        "phone": (Role.PHONE, [f"+49 {int(n):09d}" for n in rng.integers(0, 10**9, 2000)]),
        "iban": (Role.CODE, [f"DE{int(n):018d}" for n in rng.integers(0, 10**17, 2000)]),
        "note": (Role.TEXT, [f"Call {a} {b} about the invoice" for a, b in people]),
    }
    reading = held(values)
    regrown(reading, tmp_path / "w")
    world = WorldFolder(tmp_path / "w")
    text = (
        json.dumps(world.table("t").to_pydict()).lower()
        + (tmp_path / "w" / "shape.json").read_bytes().decode("utf-8", "replace").lower()
    )
    planted = [one.lower() for name in ("name", "email", "phone", "iban") for one in values[name][1]]
    planted += [b.lower() for _, b in people]
    assert len(planted) == 10_000
    assert [one for one in planted if one in text] == []


def test_by_default_a_world_made_anew_is_accepted(tmp_path: Path) -> None:
    source = Memory(tables=memory_rows(3000))
    plan = first_plan("support", "memory://test", source.as_of, source.schema, guesses(source))
    manifest = snapshot(source, plan, KEY, tmp_path / "world")
    assert manifest.kind == "regenerated"
    assert not manifest.accepted
    assert sum(row["holds"] is True for row in manifest.measured["fidelity"]["rows"]) > 30
