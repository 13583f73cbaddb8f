"""Grown worlds: nested, the same for a seed however they are made, and whole in their references."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.errors import ConfigError
from agentprobe.worlds.folder import WorldFolder, digest_of_file
from agentprobe.worlds.grow import grow, world
from agentprobe.worlds.grow.runners import runner_named
from agentprobe.worlds.grow.runners.job import Job, Order
from agentprobe.worlds.grow.tables import Growing
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, ForeignKey, Table
from agentprobe.worlds.shape.model import Constant, Fan, Field, Key, Reference, Shape, TableShape
from agentprobe.worlds.shape.spectrum import Spectrum
from agentprobe.worlds.shapes import built_in


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): digest_of_file(path) for path in sorted(folder.rglob("*.parquet"))}


@pytest.mark.parametrize("name", ["tickets", "orders"])
def test_a_small_world_is_the_beginning_of_a_large_one(name: str, tmp_path: Path) -> None:
    shape = built_in(name)
    for rows in (10, 100, 3000):
        grow(shape, rows, 11, tmp_path / str(rows))
    for small, large in ((10, 100), (100, 3000)):
        for table in shape.schema.names:
            little = WorldFolder(tmp_path / str(small)).table(table)
            assert little.num_rows
            assert WorldFolder(tmp_path / str(large)).table(table).slice(0, little.num_rows).equals(little)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    for place, seed in (("a", 1), ("b", 1), ("c", 2)):
        grow(built_in("customers"), 500, seed, tmp_path / place)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert not set(files(tmp_path / "a").values()) & set(files(tmp_path / "c").values())


def test_rows_do_not_depend_on_how_they_are_cut() -> None:
    grower = Growing(built_in("tickets"), 2000, 4).tables["tickets"]
    whole = grower.batch(np.arange(1000))
    for cut in ([0, 1, 333, 1000], [0, 999, 1000]):
        parts = [grower.batch(np.arange(a, b)) for a, b in pairwise(cut)]
        assert [row for part in parts for row in part.to_pylist()] == whole.to_pylist()


def jobs(shape: Shape, rows: int, seed: int) -> tuple[Order, list[Job]]:
    frames = Growing(shape, rows, seed).frames
    pieces = [
        Job(table=name, number=number, first=first, last=min(first + 400, frame.rows))
        for name, frame in frames.items()
        for number, first in enumerate(range(0, frame.rows, 400))
    ]
    return Order(shape=shape, rows=rows, seed=seed), pieces


def test_two_processes_make_the_same_bytes_as_one(tmp_path: Path) -> None:
    order, pieces = jobs(built_in("tickets"), 1000, 6)
    for workers in (1, 2):
        made = list(runner_named("local")(order, pieces, tmp_path / str(workers), workers))
        assert sum(made) == sum(job.last - job.first for job in pieces)
    assert files(tmp_path / "1") == files(tmp_path / "2")


def test_what_is_wrong_is_told_by_a_process_of_its_own_too(tmp_path: Path) -> None:
    short = TableShape(
        table=Table(
            name="t", columns=(Column(name="id", kind="integer", role=Role.IDENTIFIER),), key=("id",)
        ),
        rows=10,
        fields=(Field(name="id", model=Key(digits=1)),),
    )
    order, pieces = jobs(Shape(name="s", tables=(short,)), 1000, 6)
    with pytest.raises(ConfigError, match=r"1 digits of t\.id"):
        list(runner_named("local")(order, pieces, tmp_path, 2))


def test_ray_makes_the_same_bytes(tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")
    order, pieces = jobs(built_in("tickets"), 1000, 6)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        list(runner_named("ray")(order, pieces, tmp_path / "ray", 2))
    finally:
        ray.shutdown()
    list(runner_named("local")(order, pieces, tmp_path / "one", 1))
    assert files(tmp_path / "ray") == files(tmp_path / "one")


def test_an_unknown_runner_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'local'"):
        runner_named("lokal")


@pytest.mark.parametrize("name", ["customers", "tickets", "orders"])
@pytest.mark.parametrize("rows", [10, 1000, 30_000])
def test_every_reference_leads_somewhere_and_no_key_stands_twice(
    name: str, rows: int, tmp_path: Path
) -> None:
    manifest = grow(built_in(name), rows, 3, tmp_path / "w", workers=1)
    found = WorldFolder(tmp_path / "w")
    assert manifest.rows["customers"] == rows
    found.check()
    keys = {
        table.name: found.table(table.name, table.key).column(0).to_pylist()
        for table in manifest.schema.tables
    }
    for table in manifest.schema.tables:
        assert len(set(keys[table.name])) == manifest.rows[table.name] > 0
        for reference in table.references:
            told = set(found.table(table.name, reference.columns).column(0).drop_null().to_pylist())
            assert told <= set(keys[reference.table])
    assert np.any(np.diff(np.array(keys["customers"])) < 0)


def test_the_truth_says_whose_record_each_row_is(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    grow(built_in("customers"), 4000, 3, tmp_path / "w")
    truth = pq.read_table(tmp_path / "w" / "truth" / "customers.parquet")
    entities = truth.column("entity").to_numpy()
    assert 0.04 < 1 - len(np.unique(entities)) / 4000 < 0.12
    rows = WorldFolder(tmp_path / "w").table("customers")
    assert truth.column("customer_id").to_pylist() == rows.column("customer_id").to_pylist()
    born = rows.column("date_of_birth").to_pylist()
    further = [at for at in range(1, 4000) if entities[at] == entities[at - 1] and born[at] and born[at - 1]]
    same = np.mean([born[at] == born[at - 1] for at in further])
    assert 0.85 < same < 1
    assert not any("entity" in column.name for column in WorldFolder(tmp_path / "w").schema.tables[0].columns)


def test_density_brings_namesakes(tmp_path: Path) -> None:
    sets = []
    for rows in (10, 1000, 30_000):
        grow(built_in("customers"), rows, 3, tmp_path / str(rows))
        table = WorldFolder(tmp_path / str(rows)).table("customers", ["given_name", "surname"])
        names = [tuple(row.values()) for row in table.to_pylist() if all(row.values())]
        counts = np.unique([" ".join(name) for name in names], return_counts=True)[1]
        sets.append(float((counts**2).sum() / counts.sum()))
    assert sets[1] - 1 < 0.2 < sets[2] - 1


def test_a_folder_that_is_there_is_not_written_over_and_a_failure_leaves_nothing(tmp_path: Path) -> None:
    grow(built_in("customers"), 10, 3, tmp_path / "w")
    before = files(tmp_path)
    with pytest.raises(ConfigError, match="is there already"):
        grow(built_in("customers"), 10, 3, tmp_path / "w")
    with pytest.raises(ConfigError, match="unknown runner"):
        grow(built_in("customers"), 10, 3, tmp_path / "v", runner="nobody")
    with pytest.raises(ConfigError, match="1 to 10,000,000"):
        grow(built_in("customers"), 0, 3, tmp_path / "v")
    short = TableShape(
        table=Table(
            name="t", columns=(Column(name="id", kind="integer", role=Role.IDENTIFIER),), key=("id",)
        ),
        rows=10,
        fields=(Field(name="id", model=Key(digits=1)),),
    )
    with pytest.raises(ConfigError, match=r"1 digits of t\.id"):
        grow(Shape(name="s", tables=(short,)), 100, 3, tmp_path / "v", workers=1)
    assert files(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_some_tables_bring_those_they_refer_to(tmp_path: Path) -> None:
    manifest = grow(built_in("orders"), 50, 3, tmp_path / "w", tables=["orders"])
    assert manifest.schema.names == ("customers", "orders")
    with pytest.raises(ConfigError, match="did you mean 'orders'"):
        grow(built_in("orders"), 50, 3, tmp_path / "v", tables=["order"])


def cyclic(nullable: bool) -> Shape:
    """Two tables that refer to each other, one of them also to itself, and one with a key of two columns."""

    def made(
        name: str, columns: list[tuple[str, object]], key: tuple[str, ...], **more: object
    ) -> TableShape:
        told = tuple(
            Column(name=one, kind="integer", role=Role.IDENTIFIER, nullable=nullable and one not in key)
            for one, _ in columns
        )
        references = more.pop("references", ())
        fields = tuple(Field(name=one, model=model) for one, model in columns)  # type: ignore[arg-type]
        table = Table(name=name, columns=told, key=key, references=references)  # type: ignore[arg-type]
        return TableShape(table=table, fields=fields, **more)  # type: ignore[arg-type]

    def to(column: str, table: str, *keys: str) -> ForeignKey:
        return ForeignKey(columns=(column,), table=table, to=keys or ("id",))

    return Shape(
        name="cyclic",
        tables=(
            made(
                "staff",
                [("id", Key()), ("boss", Reference()), ("team", Reference())],
                ("id",),
                rows=300,
                references=(to("boss", "staff"), to("team", "teams")),
            ),
            made(
                "teams",
                [("id", Key()), ("lead", Reference())],
                ("id",),
                rows=40,
                references=(to("lead", "staff"),),
                fans=(Fan(columns=("lead",), sizes=((0.0, 0.9), (1.0, 0.08), (3.0, 0.02))),),
            ),
            made(
                "shifts",
                [
                    ("staff", Reference()),
                    ("number", Key(form="ordinal")),
                    ("team", Reference()),
                    ("x", Constant()),
                ],
                ("staff", "number"),
                rows=900,
                references=(to("staff", "staff"), to("team", "teams")),
                fans=(
                    Fan(columns=("staff",), sizes=((0.0, 0.3), (4.0, 0.7))),
                    Fan(columns=("team",), sizes=(), popular=Spectrum(discount=0.3, strength=2.0)),
                ),
            ),
        ),
    )


@settings(max_examples=15)
@given(st.integers(10, 60), st.integers(2, 9), st.integers(0, 1 << 30), st.booleans())
def test_integrity_and_nesting_hold_for_cycles(small: int, times: int, seed: int, nullable: bool) -> None:
    shape = cyclic(nullable)
    worlds = [Growing(shape, rows, seed) for rows in (small, small * times)]
    for name in shape.schema.names:
        little, large = (one.tables[name].batch(np.arange(one.frames[name].rows)) for one in worlds)
        assert large.slice(0, little.num_rows).equals(little)
    tables = {name: one.batch(np.arange(one.frame.rows)) for name, one in worlds[0].tables.items()}
    for table in shape.schema.tables:
        rows = tables[table.name]
        keys = list(zip(*(rows.column(name).to_pylist() for name in table.key), strict=True))
        assert len(set(keys)) == len(keys) > 0
        for reference in table.references:
            known = set(tables[reference.table].column(reference.to[0]).to_pylist())
            assert {one for one in rows.column(reference.columns[0]).to_pylist() if one is not None} <= known


def test_parts_are_cut_alike_at_every_size() -> None:
    assert world.PART_ROWS % 65_536 == 0


def test_the_bytes_of_a_seed_stay_the_same_from_version_to_version() -> None:
    """Worlds already grown would be others: change this only with the number of the shape's format."""
    batch = Growing(built_in("tickets"), 50, 7).tables["tickets"].batch(np.arange(40))
    text = "\n".join("|".join(str(value) for value in row.values()) for row in batch.to_pylist())
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "f76ea0ae35d76198"
