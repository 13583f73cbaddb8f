"""A part of a source holds whatever its rows refer to, and a larger part holds every smaller one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table
from agentprobe.worlds.sources.form.batches import Kept
from agentprobe.worlds.subset import Subset

Rows = list[dict[str, Any]]


def kept(tables: Sequence[Table], rows: Mapping[str, Rows]) -> Kept:
    made = {table.name: pa.Table.from_pylist(rows[table.name], schema_of(table)) for table in tables}
    return Kept(Schema(tables=tuple(tables)), made, "2026-01-01T00:00:00+00:00")


def rows(reading: Any, table: str) -> Rows:
    return [row for batch in reading.batches(table) for row in batch.to_pylist()]


def integer(name: str, *, nullable: bool = True) -> Column:
    return Column(name=name, kind="integer", nullable=nullable)


def refers(column: str, table: str, to: str = "id") -> ForeignKey:
    return ForeignKey(columns=(column,), table=table, to=(to,))


@st.composite
def worlds(draw: st.DrawFn) -> Kept:
    """Tables that refer to each other at random, in cycles, to themselves, by two columns, and to nothing."""
    names = [f"t{number}" for number in range(draw(st.integers(1, 4)))]
    tables, held = [], {}
    sizes = {name: draw(st.integers(0, 25)) for name in names}
    for name in names:
        targets = draw(st.lists(st.sampled_from(names), max_size=3))
        columns = [integer("id", nullable=False), integer("half", nullable=False), integer("part")]
        references = []
        for place, target in enumerate(targets):
            columns.append(integer(f"r{place}", nullable=draw(st.booleans())))
            references.append(refers(f"r{place}", target))
        if draw(st.booleans()):
            target = draw(st.sampled_from(names))
            columns += [integer("x"), integer("y")]
            references.append(ForeignKey(columns=("x", "y"), table=target, to=("half", "part")))
        keyed = draw(st.booleans())
        tables.append(
            Table(
                name=name,
                columns=tuple(columns),
                key=("id",) if keyed else (),
                references=tuple(references),
            )
        )
        made = []
        for number in range(sizes[name]):
            row: dict[str, Any] = {"id": number, "half": number // 2, "part": number % 2}
            for place, target in enumerate(targets):
                value = draw(st.one_of(st.integers(0, max(sizes[target], 1)), st.none()))
                row[f"r{place}"] = value if columns[3 + place].nullable else value or 0
            if "x" in [column.name for column in columns]:
                row["x"], row["y"] = draw(st.integers(0, 12)), draw(st.sampled_from([0, 1, None]))
            made.append(row)
        held[name] = made
    return kept(tables, held)


def dangling(reading: Any, whole: Any) -> list[str]:
    """References that find their row in the whole but not in the part."""
    lost = []
    for table in reading.schema.tables:
        for reference in table.references:
            there = {tuple(row[name] for name in reference.to) for row in rows(whole, reference.table)}
            here = {tuple(row[name] for name in reference.to) for row in rows(reading, reference.table)}
            for row in rows(reading, table.name):
                value = tuple(row[name] for name in reference.columns)
                if None not in value and value in there and value not in here:
                    lost.append(f"{table.name} {value}")
    return lost


def identities(reading: Any) -> dict[str, list[int]]:
    return {name: [row["id"] for row in rows(reading, name)] for name in reading.schema.names}


@given(world=worlds(), share=st.floats(0.01, 1), seed=st.integers(0, 9))
@settings(max_examples=150)
def test_every_reference_that_finds_its_row_in_the_whole_finds_it_in_the_part(
    world: Kept, share: float, seed: int
) -> None:
    part = Subset(world, share, seed=seed)
    assert dangling(part, world) == []
    for name in world.schema.names:
        every = rows(world, name)
        assert all(row in every for row in rows(part, name))
        assert part.rows(name) == len(rows(part, name))


@given(
    world=worlds(),
    shares=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)),
    counts=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    data=st.data(),
)
@settings(max_examples=150)
def test_a_smaller_part_is_contained_in_a_larger_one(
    world: Kept, shares: tuple[float, float], counts: tuple[int, int], data: st.DataObject
) -> None:
    roots = data.draw(st.lists(st.sampled_from(world.schema.names), max_size=2))
    name = data.draw(st.sampled_from(world.schema.names))
    pairs: list[tuple[Any, Any]] = [
        (min(shares), max(shares)),
        ({name: min(counts)}, {name: max(counts)}),
    ]
    for smaller, larger in pairs:
        small = identities(Subset(world, smaller, roots=roots, seed=3))
        large = identities(Subset(world, larger, roots=roots, seed=3))
        assert all(set(small[table]) <= set(large[table]) for table in small)


@given(world=worlds(), seed=st.integers(0, 9))
def test_the_whole_share_is_the_whole_and_the_same_seed_gives_the_same_part(world: Kept, seed: int) -> None:
    everything = Subset(world, 1.0, seed=seed)
    assert identities(everything) == identities(world) or any(
        table.references for table in world.schema.tables
    )
    assert identities(Subset(world, 0.4, seed=seed)) == identities(Subset(world, 0.4, seed=seed))


def shop() -> Kept:
    """100 customers with 0 to 9 orders each, 5 products, and a boss over most employees."""
    customers = Table(name="customers", columns=(integer("id", nullable=False), integer("age")), key=("id",))
    products = Table(name="products", columns=(integer("id", nullable=False),), key=("id",))
    orders = Table(
        name="orders",
        columns=(integer("id", nullable=False), integer("customer"), integer("product")),
        key=("id",),
        references=(refers("customer", "customers"), refers("product", "products")),
    )
    owners = [customer for customer in range(100) for _ in range(customer % 10)]
    return kept(
        (orders, customers, products),
        {
            "customers": [{"id": number, "age": number % 50} for number in range(100)],
            "products": [{"id": number} for number in range(5)],
            "orders": [
                {"id": number, "customer": owner, "product": number % 5}
                for number, owner in enumerate(owners)
            ],
        },
    )


def test_those_who_are_picked_bring_all_that_is_theirs() -> None:
    whole = shop()
    part = Subset(whole, {"customers": 20})
    picked = {row["id"] for row in rows(part, "customers")}
    assert len(picked) == 20
    assert rows(part, "orders") == [row for row in rows(whole, "orders") if row["customer"] in picked]


def test_children_come_at_most_at_their_share_and_cut_off_after_whole_owners() -> None:
    part = Subset(shop(), {"customers": 50, "orders": 40})
    assert part.rows("customers") == 50
    assert part.rows("orders") == 40
    found = rows(part, "orders")
    owners = {row["customer"] for row in found}
    torn = [owner for owner in owners if sum(row["customer"] == owner for row in found) != owner % 10]
    assert len(torn) <= 1


def test_a_share_keeps_about_that_share_of_everything() -> None:
    part = Subset(shop(), 0.3)
    assert part.rows("customers") == 30
    assert 100 <= part.rows("orders") <= 135


def test_a_root_that_is_named_decides_and_brings_what_it_refers_to() -> None:
    part = Subset(shop(), {"orders": 10}, roots=["orders"])
    assert part.rows("orders") == 10
    assert {row["id"] for row in rows(part, "customers")} == {row["customer"] for row in rows(part, "orders")}


def test_a_condition_decides_what_can_be_picked() -> None:
    part = Subset(shop(), 1.0, where={"customers": "age >= 40"})
    assert all(row["age"] >= 40 for row in rows(part, "customers"))
    assert part.rows("customers") == 20
    assert {row["customer"] for row in rows(part, "orders")} <= {row["id"] for row in rows(part, "customers")}


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("agee > 3", "cannot be evaluated"),
        ("age IN (SELECT 1 FROM read_csv('/etc/passwd'))", "cannot be evaluated"),
        ("'never'", "cannot be evaluated"),
        ("true) FROM rows; DROP TABLE rows; --", "cannot be evaluated"),
    ],
)
def test_a_condition_reaches_nothing_but_the_rows(condition: str, told: str) -> None:
    with pytest.raises(ConfigError, match=f"the condition for table 'customers' {told}"):
        Subset(shop(), 1.0, where={"customers": condition})


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ConfigError, match="unknown table 'customer'; did you mean 'customers'"):
        Subset(shop(), {"customer": 3})
    for share in (0, 1.5, -1):
        with pytest.raises(ConfigError, match="a share is above 0 and at most 1"):
            Subset(shop(), float(share))


def test_columns_are_picked_and_rows_stop_at_the_most() -> None:
    part = Subset(shop(), 0.5)
    found = list(part.batches("orders", ["product", "id"], most=7))
    assert sum(batch.num_rows for batch in found) == 7
    assert found[0].schema.names == ["product", "id"]
