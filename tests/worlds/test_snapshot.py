from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import numpy as np
import psycopg
import pyarrow as pa
import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.errors import ConfigError, FixtureError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.fidelity import Fidelity, Measured
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.guess import guesses
from agentprobe.worlds.keys import Key
from agentprobe.worlds.leaks import Check, LeakReport
from agentprobe.worlds.manifest import Manifest
from agentprobe.worlds.mapping import mapped
from agentprobe.worlds.plan import ColumnPlan, Plan
from agentprobe.worlds.planning import first_plan
from agentprobe.worlds.progress import Quiet
from agentprobe.worlds.proof import Proof
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.left_out import without
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table
from agentprobe.worlds.snapshot import SnapshotRefused, snapshot
from agentprobe.worlds.sources import open_source

KEY, OTHER_KEY = Key(b"k" * 32), Key(b"o" * 32)
FIRST = "Ann Bob Cara Dan Eva Finn Gail Hugo Iris Joel Kim Lars Mona Nils".split()  # noqa: SIM905
LAST = "Abernathy Brookfield Castellan Dunmore Eastwick Fairbanks Gallagher Holloway".split()  # noqa: SIM905
CUSTOMERS = Table(
    name="customers",
    columns=(
        Column(name="customer_id", kind="integer", nullable=False),
        Column(name="name", kind="text"),
        Column(name="email", kind="text"),
        Column(name="phone", kind="text"),
        Column(name="city", kind="text"),
        Column(name="date_of_birth", kind="date"),
        Column(name="status", kind="text"),
        Column(name="notes", kind="text"),
        Column(name="password", kind="text", nullable=False),
        Column(name="xfld", kind="text"),
        Column(name="created_at", kind="timestamp"),
    ),
    key=("customer_id",),
)
ORDERS = Table(
    name="orders",
    columns=(
        Column(name="order_id", kind="text", nullable=False),
        Column(name="customer_id", kind="integer"),
        Column(name="amount", kind="decimal", size=2),
        Column(name="placed_at", kind="timestamp"),
    ),
    key=("order_id",),
    references=(ForeignKey(columns=("customer_id",), table="customers", to=("customer_id",)),),
)


def rows(count: int = 400) -> dict[str, pa.Table]:
    """Customers with gaps, and two orders for each."""
    chance = np.random.default_rng(11)
    start = datetime(2023, 1, 1)  # noqa: DTZ001
    names = [f"{FIRST[a]} {LAST[b]}" for a, b in chance.integers(0, [len(FIRST), len(LAST)], (count, 2))]
    gaps = chance.random(count) < 0.2
    created = [start + timedelta(seconds=int(one)) for one in chance.integers(0, 10**7, count)]
    customers: dict[str, Any] = {
        "customer_id": list(range(1, count + 1)),
        "name": names,
        "email": [
            None if gap else f"{name.lower().replace(' ', '.')}@castellan.example"
            for name, gap in zip(names, gaps, strict=True)
        ],
        "phone": [
            None if gap else f"+61 2 {one:04d} 4000"
            for one, gap in zip(chance.integers(0, 9999, count), gaps, strict=True)
        ],
        "city": [LAST[int(one)] + "ville" for one in chance.integers(0, 4, count)],
        "date_of_birth": [
            date(1950, 1, 1) + timedelta(days=int(one)) for one in chance.integers(0, 15_000, count)
        ],
        "status": [("active", "closed", "ACTIVE ")[int(one)] for one in chance.integers(0, 3, count)],
        "notes": [f"Please call {name} back about the bill." for name in names],
        "password": ["hunter2"] * count,
        "xfld": [f"zq{one}" for one in range(count)],
        "created_at": created,
    }
    orders: dict[str, Any] = {
        "order_id": [f"ORD-{one:05d}" for one in range(2 * count)],
        "customer_id": [one % count + 1 for one in range(2 * count)],
        "amount": [round(float(one), 2) for one in chance.lognormal(4, 1, 2 * count)],
        "placed_at": [created[one % count] + timedelta(hours=one) for one in range(2 * count)],
    }
    return {
        "customers": pa.table(customers, schema_of(CUSTOMERS)),
        "orders": pa.table(
            {**orders, "amount": pa.array(orders["amount"]).cast(pa.decimal128(38, 2))}, schema_of(ORDERS)
        ),
    }


@dataclass
class Memory:
    """A source in memory; `shrinks` loses a row at every look, as one that is not held still would."""

    name: ClassVar[str] = "memory"
    tables: dict[str, pa.Table] = field(default_factory=rows)
    batch: int = 128
    shrinks: bool = False
    shown: str = "memory://test"
    as_of: str = "2023-06-01T00:00:00+00:00"
    schema: Schema = field(default_factory=lambda: Schema(tables=(ORDERS, CUSTOMERS)))

    @classmethod
    def fits(cls, where: str) -> bool:
        return where == "memory://test"

    @classmethod
    def at(cls, where: str) -> Memory:
        return cls()

    @contextmanager
    def reading(self) -> Iterator[Memory]:
        yield self

    def rows(self, table: str) -> int | None:
        return self.tables[table].num_rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        found = self.tables[table]
        if self.shrinks:
            self.tables = {**self.tables, table: found.slice(1)}
        picked = found.select(list(columns)) if columns else found
        yield from picked.slice(0, most).to_batches(max_chunksize=self.batch)


def planned(source: Memory, **changes: Any) -> Plan:
    plan = first_plan("support", "memory://test", source.as_of, source.schema, guesses(source))
    return msgspec.structs.replace(plan, **{"kind": "mapped", "k": 5, **changes})


def passes(*_: Any, **__: Any) -> Proof:
    """Finds nothing wrong."""
    return proof()


def fails(*_: Any, **__: Any) -> Proof:
    """Finds a value that survived."""
    return proof(Check(name="original values", where="customers.email", value=3.0, bound=0.0, holds=False))


def proof(*checks: Check) -> Proof:
    nothing = Measured(rows={}, seed=1)
    return Proof(
        fidelity=Fidelity(rows=(), source=nothing, world=nothing),
        leaks=LeakReport(kind="mapped", checks=checks),
    )


def taken(target: Path, source: Memory | None = None, key: Key = KEY, **options: Any) -> WorldFolder:
    source = source or Memory()
    plan = options.pop("plan", None) or planned(source)
    snapshot(source, plan, key, target, prove=options.pop("prove", passes), clock=VirtualClock(), **options)
    return WorldFolder(target)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> WorldFolder:
    """A mapped snapshot of the source."""
    return taken(tmp_path_factory.mktemp("mapped") / "world")


def test_every_row_is_there_under_another_name_and_joins_hold(world: WorldFolder) -> None:
    world.check()
    assert world.manifest.rows == {"customers": 400, "orders": 800}
    customers, orders = (world.table(name).to_pydict() for name in ("customers", "orders"))
    source = rows()
    number = dict(zip(source["customers"]["customer_id"].to_pylist(), customers["customer_id"], strict=True))
    assert len(set(number.values())) == 400
    expected = [number[one] for one in source["orders"]["customer_id"].to_pylist()]
    assert orders["customer_id"] == expected
    assert all(one.startswith("ORD-") for one in orders["order_id"])


def test_no_telling_value_is_left(world: WorldFolder) -> None:
    text = "\n".join(str(world.table(name).to_pylist()).lower() for name in ("customers", "orders"))
    for word in [*LAST, "castellan.example", "hunter2", "zq17"]:
        assert word.lower() not in text


def test_gaps_stay_where_they_were_and_common_categories_stay(world: WorldFolder) -> None:
    customers, source = world.table("customers"), rows()["customers"]
    for name in ("email", "phone"):
        assert customers[name].is_null().to_pylist() == source[name].is_null().to_pylist()
    assert customers["status"].to_pylist() == source["status"].to_pylist()


def test_a_name_in_a_note_is_the_name_in_the_row(world: WorldFolder) -> None:
    found = world.table("customers").to_pylist()
    assert sum(row["name"] in row["notes"] for row in found) == len(found)


def test_orders_move_in_time_with_their_customer(world: WorldFolder) -> None:
    source = rows()
    before = source["orders"]["placed_at"].to_numpy() - np.tile(
        source["customers"]["created_at"].to_numpy(), 2
    )
    customers, orders = world.table("customers"), world.table("orders")
    after = orders["placed_at"].to_numpy() - np.tile(customers["created_at"].to_numpy(), 2)
    assert np.array_equal(before, after)
    assert not np.array_equal(
        customers["created_at"].to_numpy(), source["customers"]["created_at"].to_numpy()
    )


def test_secrets_and_unknown_columns_are_left_out_and_one_that_must_be_there_says_nothing(
    world: WorldFolder,
) -> None:
    names = [column.name for column in world.schema.table("customers").columns]
    assert "xfld" not in names
    assert set(world.table("customers")["password"].to_pylist()) == {""}
    assert world.manifest.derived["constant"] == ["customers.password"]
    assert world.manifest.derived["left_out"] == ["customers.xfld"]


def test_the_manifest_says_where_it_comes_from_and_when_it_is_stale(world: WorldFolder) -> None:
    manifest = world.manifest
    assert manifest.kind == "mapped"
    assert manifest.personal
    assert manifest.source == "memory://test"
    assert manifest.as_of == Memory.as_of
    assert manifest.key_id == KEY.id
    assert manifest.made < manifest.expires
    assert manifest.derived["columns"]["customers"]["xfld"] == "text"
    assert set(manifest.measured) == {"fidelity", "leaks"}
    assert KEY.secret.hex() not in (world.path / "manifest.json").read_text()


def test_one_key_gives_one_world_at_any_batch_size_and_another_key_another(
    tmp_path: Path, world: WorldFolder
) -> None:
    again = taken(tmp_path / "again", Memory(batch=37))
    assert again.table("customers").equals(world.table("customers"))
    assert again.table("orders").equals(world.table("orders"))
    other = taken(tmp_path / "other", key=OTHER_KEY)
    same = zip(other.table("customers")["name"], world.table("customers")["name"], strict=True)
    assert sum(one.as_py() == two.as_py() for one, two in same) < 40


def test_only_the_owner_can_look_into_it(world: WorldFolder) -> None:
    assert world.path.stat().st_mode & 0o077 == 0


def test_a_column_can_be_kept_and_the_world_says_why(tmp_path: Path) -> None:
    plan = planned(Memory())
    columns = {
        **plan.tables["customers"].columns,
        "city": ColumnPlan(role=Role.CITY, keep="towns are public here"),
    }
    table = msgspec.structs.replace(plan.tables["customers"], columns=columns)
    plan = msgspec.structs.replace(plan, tables={**plan.tables, "customers": table})
    world = taken(tmp_path / "world", plan=plan)
    assert world.table("customers")["city"].to_pylist() == rows()["customers"]["city"].to_pylist()
    assert world.manifest.derived["kept"] == {"customers.city": "towns are public here"}


def test_a_subset_keeps_what_its_rows_refer_to(tmp_path: Path) -> None:
    plan = planned(Memory())
    customers = msgspec.structs.replace(plan.tables["customers"], rows=50)
    plan = msgspec.structs.replace(plan, tables={**plan.tables, "customers": customers})
    world = taken(tmp_path / "world", plan=plan)
    assert world.rows("customers") == 50
    known = set(world.table("customers")["customer_id"].to_pylist())
    assert set(world.table("orders")["customer_id"].to_pylist()) <= known
    assert world.rows("orders") == 100


def test_a_table_that_is_not_taken_is_not_there(tmp_path: Path) -> None:
    plan = planned(Memory())
    orders = msgspec.structs.replace(plan.tables["orders"], take=False)
    world = taken(
        tmp_path / "world", plan=msgspec.structs.replace(plan, tables={**plan.tables, "orders": orders})
    )
    assert world.schema.names == ("customers",)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_snapshot_that_leaks_is_refused_by_class_and_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(SnapshotRefused, match=r"original values at customers.email: 3, allowed 0") as caught:
        taken(tmp_path / "world", prove=fails)
    assert caught.value.kept is None
    assert caught.value.proof.leaks.refused
    assert left(tmp_path) == []


def test_a_refused_snapshot_is_kept_beside_only_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SnapshotRefused, match=r"world\.refused"):
        taken(tmp_path / "world", prove=fails, keep_refused=True)
    assert left(tmp_path) == ["world.refused"]


def test_what_a_person_signs_for_is_in_the_world(tmp_path: Path) -> None:
    world = taken(
        tmp_path / "world", prove=fails, accept="The addresses are our own staff's. J. Doe, 2026-01-05"
    )
    assert world.manifest.accepted == ("The addresses are our own staff's. J. Doe, 2026-01-05",)
    assert taken(tmp_path / "clean", accept="not needed").manifest.accepted == ()


def test_a_source_that_changes_between_the_passes_shows_its_first_state_in_every_row(tmp_path: Path) -> None:
    source = Memory()
    plan = planned(source)
    source.shrinks = True
    world = taken(tmp_path / "world", source, plan=plan)
    still = taken(tmp_path / "still", plan=plan)
    for name in ("customers", "orders"):
        assert world.table(name).equals(still.table(name))


def test_a_source_too_large_to_hold_that_changes_between_the_passes_is_refused(tmp_path: Path) -> None:
    source = Memory(shrinks=True)
    plan = planned(source)
    whole = plan.applied(source.schema)
    schema, _ = without(whole)
    with pytest.raises(FixtureError, match="changed while it was read"):
        mapped(source, plan, whole, schema, KEY, tmp_path, Quiet(), held_bytes=0)


class Impatient(Quiet):
    """Somebody presses Ctrl-C while rows are being replaced."""

    def step(self, what: str, done: int = 0, total: int | None = None) -> None:
        if what.startswith("replacing"):
            raise KeyboardInterrupt


class Listening(Quiet):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def step(self, what: str, done: int = 0, total: int | None = None) -> None:
        self.said.append(what)


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        taken(tmp_path / "world", progress=Impatient())
    assert left(tmp_path) == []


def test_what_a_killed_snapshot_left_is_removed_and_said(tmp_path: Path) -> None:
    (tmp_path / ".world.snapshot-999999999").mkdir()
    listening = Listening()
    taken(tmp_path / "world", progress=listening)
    assert left(tmp_path) == ["world"]
    assert any("starting anew" in one for one in listening.said)


def test_a_target_that_is_there_and_a_key_inside_it_are_refused(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(ConfigError, match="is there already"):
        taken(tmp_path / "there")
    with pytest.raises(ConfigError, match="beside the data"):
        taken(tmp_path / "world", key_file=tmp_path / "world" / "key")
    assert left(tmp_path) == ["there"]


def test_a_plan_for_another_source_is_refused(tmp_path: Path) -> None:
    plan = planned(Memory())
    plan = msgspec.structs.replace(plan, tables={**plan.tables, "custmers": plan.tables["customers"]})
    with pytest.raises(ConfigError, match="no table 'custmers'; did you mean 'customers'"):
        taken(tmp_path / "world", plan=plan)


def test_by_default_rows_are_made_anew_from_the_shape(tmp_path: Path) -> None:
    world = taken(tmp_path / "world", plan=planned(Memory(), kind="regenerated"))
    world.check()
    assert world.manifest.kind == "regenerated"
    assert not world.manifest.personal
    assert (world.path / "shape.json").is_file()
    assert world.rows("customers") == 400
    assert world.manifest.key_id == KEY.id
    text = str(world.table("customers").to_pylist())
    assert not any(word in text for word in LAST)
    known = set(world.table("customers")["customer_id"].to_pylist())
    assert set(world.table("orders")["customer_id"].to_pylist()) <= known


def test_a_mapped_snapshot_is_measured_for_real(tmp_path: Path) -> None:
    source = Memory()
    try:
        manifest: Manifest = snapshot(source, planned(source), KEY, tmp_path / "world")
        measured = manifest.measured
    except SnapshotRefused as refused:
        measured = refused.proof.measured
    kinds = {row["kind"] for row in measured["fidelity"]["rows"]}
    assert {"exact", "prefix"} <= kinds
    survived = [
        one
        for one in measured["leaks"]["checks"]
        if one["name"] == "original values" and one["holds"] is False
    ]
    assert survived == []
    shutil.rmtree(tmp_path / "world", ignore_errors=True)


def test_a_real_database_becomes_a_world_whose_joins_hold(database: str, tmp_path: Path) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "CREATE TABLE person (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), full_name text, iban text,"
            " born date, extra jsonb, pin_hash text NOT NULL, manager uuid REFERENCES person (id))"
        )
        connection.execute(
            'CREATE TABLE "order" (no varchar(12) PRIMARY KEY, person uuid REFERENCES person (id),'
            " amount numeric(10,2), placed timestamptz)"
        )
        connection.execute(
            "INSERT INTO person (full_name, iban, born, extra, pin_hash) SELECT"
            " (ARRAY['Ann','Bob','Cara'])[i % 3 + 1] || ' ' || (ARRAY['Abernathy','Dunmore'])[i % 2 + 1],"
            " 'DE8937040044053201' || lpad(i::text, 4, '0'), date '1960-01-01' + i * 31,"
            " jsonb_build_object('owner', jsonb_build_object('email', 'abernathy' || i || '@mail.org')),"
            " md5(i::text) FROM generate_series(1, 300) i"
        )
        connection.execute("UPDATE person SET manager = (SELECT min(id::text)::uuid FROM person)")
        connection.execute(
            "INSERT INTO \"order\" SELECT 'ORD-' || lpad((row_number() OVER ())::text, 6, '0'), id, 19.99,"
            " timestamptz '2024-01-03 10:00+00' + interval '1 hour' * (row_number() OVER ()) FROM person"
        )
    source = open_source(database)
    with source.reading() as reading:
        plan = first_plan("real", source.shown, reading.as_of, reading.schema, guesses(reading))
    snapshot(source, msgspec.structs.replace(plan, kind="mapped"), KEY, tmp_path / "world", prove=passes)
    world = WorldFolder(tmp_path / "world")
    world.check()
    people, orders = world.table("person").to_pylist(), world.table("order").to_pylist()
    assert {row["id"] for row in people} == {row["person"] for row in orders}
    assert {row["manager"] for row in people} <= {row["id"] for row in people}
    assert {row["pin_hash"] for row in people} == {""}
    text = str(people).lower()
    assert "abernathy" not in text
    assert "370400440532" not in text
    assert all("@" in row["extra"] for row in people)
