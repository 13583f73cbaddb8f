"""Whether a world asks the same questions: real dirty names, and copies of them that lose one thing each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from tests.worlds.fidelity.febrl import (
    InMemory,
    all_moved,
    at_random,
    from_a_pool,
    hashed,
    people,
    shuffled,
    table_of,
)

from agentprobe.errors import ConfigError
from agentprobe.worlds.calendars.tables import SCHEMA as CALENDAR_TABLES
from agentprobe.worlds.fidelity import Fidelity, Measured, Query, catalogue_for, compare, measure
from agentprobe.worlds.fidelity.asking import QUERIES
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table

ENTITIES = {"customers": "entity"}
ROWS = 2500
NAMES = ("given_name", "surname", "name")


@pytest.fixture(scope="module")
def source() -> InMemory:
    return people(rows=ROWS)


@pytest.fixture(scope="module")
def measured(source: InMemory) -> Measured:
    return measure(source, catalogue_for(source.schema), entities=ENTITIES)


def against(measured: Measured, world: InMemory, *, paired: bool = True) -> Fidelity:
    queries = catalogue_for(world.schema)
    return compare(
        measured, measure(world, queries, paired_with=measured if paired else None, entities=ENTITIES)
    )


def names_changed(source: InMemory, change: Callable[[list[Any]], list[Any]]) -> InMemory:
    for name in NAMES:
        source = source.changed(name, change)
    return source


def failing(fidelity: Fidelity) -> set[tuple[str, str]]:
    return {(row.kind, row.where) for row in fidelity.failed}


def test_a_world_that_is_its_source_differs_by_nothing(source: InMemory, measured: Measured) -> None:
    fidelity = against(measured, source)
    assert {row.value for row in fidelity.rows} == {0.0}
    assert fidelity.holds
    assert not fidelity.refused


def test_the_same_without_pairs(source: InMemory, measured: Measured) -> None:
    assert {row.value for row in against(measured, source, paired=False).rows} == {0.0}


def test_a_letter_cipher_keeps_every_query(source: InMemory, measured: Measured) -> None:
    fidelity = against(measured, all_moved(source))
    assert not [row for row in fidelity.failed if row.kind != "date_window"]


def test_hashed_names_lose_likeness_but_not_equality(source: InMemory, measured: Measured) -> None:
    lost = failing(against(measured, names_changed(source, hashed)))
    likeness = {"prefix", "substring", "infix", "similar_name", "trigram_name", "find_one"}
    assert likeness <= {kind for kind, where in lost if where == "customers.name"}
    assert ("exact", "customers.name") not in lost
    assert ("collision", "customers.name") not in lost


def test_a_small_pool_of_fakes_makes_names_collide(source: InMemory, measured: Measured) -> None:
    lost = failing(against(measured, names_changed(source, from_a_pool)))
    assert {("exact", "customers.name"), ("collision", "customers.name")} <= lost
    assert ("collision", "customers.email") not in lost


def test_a_fake_for_each_row_leaves_nobody_to_be_found(source: InMemory, measured: Measured) -> None:
    fidelity = against(measured, names_changed(source, at_random))
    (ambiguous,) = [row for row in fidelity.failed if row.metric == "ambiguous"]
    assert ambiguous.source is not None
    assert ambiguous.world is not None
    assert ambiguous.source < 0.3
    assert ambiguous.world > 0.9


def test_shuffled_gaps_break_what_is_missing_together(source: InMemory, measured: Measured) -> None:
    fidelity = against(
        measured, source.changed("postcode", lambda v: [None] * (len(v) // 3) + v[len(v) // 3 :])
    )
    assert ("null_pattern", "customers") in failing(fidelity)


def test_shuffled_names_keep_each_column_but_not_the_pairs(source: InMemory, measured: Measured) -> None:
    lost = failing(against(measured, source.changed("suburb", shuffled)))
    assert ("collision", "customers.name+suburb") in lost
    assert ("exact", "customers.suburb") not in lost


def test_a_cleaned_status_is_found_out(source: InMemory, measured: Measured) -> None:
    def clean(values: list[Any]) -> list[Any]:
        return [value and value.strip().lower() for value in values]

    lost = failing(against(measured, source.changed("status", clean)))
    assert {kind for kind, where in lost if where == "customers.status"} >= {
        "status",
        "not_status",
        "junk",
        "mask",
    }


def test_dates_on_one_day_are_found_out(source: InMemory, measured: Measured) -> None:
    lost = failing(
        against(measured, source.changed("date_of_birth", lambda v: [x and "19700101" for x in v]))
    )
    assert ("date_window", "customers.date_of_birth") in lost


def test_too_few_rows_are_never_a_pass(source: InMemory) -> None:
    few = people(rows=20)
    there = measure(few, catalogue_for(few.schema))
    fidelity = compare(there, there)
    assert not fidelity.holds
    assert {row.holds for row in fidelity.rows if row.metric == "result sizes"} == {None}


def test_what_chance_could_do_is_told_and_is_no_failure() -> None:
    small, other = people("1", rows=150), people("4a", rows=150)
    fidelity = compare(
        measure(small, catalogue_for(small.schema)), measure(other, catalogue_for(other.schema))
    )
    unsure = [row for row in fidelity.rows if row.holds is None and "samples" in row.note]
    assert unsure
    assert all(row.chance > row.bound for row in unsure)


def test_tables_of_other_lengths_are_not_compared_by_rows_found(source: InMemory, measured: Measured) -> None:
    half = people(rows=ROWS // 2)
    rows = against(measured, half, paired=False).rows
    assert {row.holds for row in rows if row.metric == "result sizes"} == {None}
    grown = compare(measured, measure(half, catalogue_for(half.schema)), any_size=True)
    assert any(row.value for row in grown.rows if row.metric == "result sizes")


def test_only_the_first_rows_can_be_measured(source: InMemory) -> None:
    queries = [Query(kind="exact", table="customers", columns=("surname",))]
    first = measure(source, queries, most={"customers": 1000})
    assert first.rows == {"customers": 1000}
    assert first.observed == measure(people(rows=1000), queries).observed


def test_a_missing_column_is_not_observed(source: InMemory, measured: Measured) -> None:
    kept = [name for name in source.tables["customers"].column_names if name != "suburb"]
    without = InMemory(
        {"customers": source.tables["customers"].select(kept)}, Schema(tables=(table_of(kept),))
    )
    there = measure(without, [one.query for one in measured.observed], paired_with=measured)
    fidelity = compare(measured, there)
    about = [row for row in fidelity.rows if "suburb" in row.where]
    assert about
    assert {row.holds for row in about} == {None}


def test_the_batch_size_changes_nothing(measured: Measured) -> None:
    source = people(rows=ROWS)
    source.batch = 777
    assert measure(source, catalogue_for(source.schema), entities=ENTITIES) == measured


def test_no_value_stands_in_what_was_measured(source: InMemory, measured: Measured) -> None:
    written = msgspec.json.encode(measured).decode().lower()
    table = source.tables["customers"]
    for column in (*NAMES, "street", "email", "phone", "suburb"):
        values = {value for value in table.column(column).to_pylist() if value and len(value) > 5}
        assert not [value for value in values if value.lower() in written]


def test_results_survive_json(source: InMemory, measured: Measured) -> None:
    fidelity = against(measured, source)
    encoded = msgspec.json.encode(fidelity)
    assert msgspec.json.decode(encoded, type=Fidelity) == fidelity
    assert msgspec.convert(msgspec.to_builtins(fidelity), Fidelity) == fidelity
    assert len(encoded) < 200_000


def test_every_class_counts_what_a_plain_search_counts(source: InMemory) -> None:
    rows = people(rows=400)
    names = [name.lower() for name in rows.tables["customers"].column("surname").to_pylist() if name]

    def mean(kind: str) -> float:
        query = Query(kind=kind, table="customers", columns=("surname",))
        (observed,) = measure(rows, [query]).observed
        return observed.mean

    counts = Counter(names)
    assert mean("exact") == pytest.approx(sum(counts[n] for n in names) / len(names), abs=1e-3)
    begins = Counter(name[:4] for name in names if len(name) >= 4)
    asked = [name[:4] for name in names if len(name) >= 4]
    assert mean("prefix") == pytest.approx(sum(begins[n] for n in asked) / len(asked), abs=1e-3)
    from rapidfuzz.distance import OSA, JaroWinkler

    near = sum(JaroWinkler.similarity(a, b) >= 0.85 for a in names for b in names) / len(names)
    assert mean("similar_name") == pytest.approx(near, abs=0.02)
    edits = sum(OSA.distance(a, b) <= 2 for a in names for b in names) / len(names)
    assert mean("misspelt_name") == pytest.approx(edits, abs=1e-3)


def test_trigrams_are_those_of_pg_trgm() -> None:
    from agentprobe.worlds.fidelity.trigrams import trigrams

    rows, codes = trigrams(pa.array(["cat", "two words"], pa.large_string()))
    told = [bytes((code >> 16, code >> 8 & 255, code & 255)).decode() for code in codes.tolist()]
    assert sorted(told[: int((rows == 0).sum())]) == ["  c", " ca", "at ", "cat"]
    assert set(told[int((rows == 0).sum()) :]) == {
        "  t", " tw", "two", "wo ", "  w", " wo", "wor", "ord", "rds", "ds ",
    }  # fmt: skip


def test_vectors_that_are_spread_evenly_are_found_out() -> None:
    column = Column(name="embedding", kind="vector", size=16, role=Role.VECTOR)
    schema = Schema(tables=(Table(name="notes", columns=(column,)),))
    chance = np.random.default_rng(3)
    centres = chance.normal(size=(60, 16))
    close = centres[chance.integers(0, 60, 1200)] + chance.normal(size=(1200, 16)) * 0.1

    def held(vectors: Any) -> InMemory:
        flat = pa.array(vectors.astype(np.float32).ravel())
        array = pa.FixedSizeListArray.from_arrays(flat, 16)
        return InMemory({"notes": pa.table({"embedding": array})}, schema)

    queries = catalogue_for(schema)
    assert [query.kind for query in queries] == ["top_k"]
    there = measure(held(close), queries)
    assert compare(there, there).holds
    even = compare(there, measure(held(chance.normal(size=(1200, 16))), queries))
    assert {row.metric for row in even.failed} >= {"best score"}


def test_calendars_are_asked_for_free_slots() -> None:
    assert [query.kind for query in catalogue_for(CALENDAR_TABLES) if query.kind == "free_slot"] == [
        "free_slot"
    ]


def test_every_class_says_what_it_is() -> None:
    titles = [asking.title for asking in QUERIES]
    assert len(set(titles)) == len(titles) >= 14


def test_an_unknown_class_is_told_with_the_nearest(source: InMemory) -> None:
    with pytest.raises(ConfigError, match="exact"):
        measure(source, [Query(kind="exakt", table="customers", columns=("surname",))])
