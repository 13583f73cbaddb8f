"""Documents in production's shape: families found, grown, cleaned, compared."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds.held import Held

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.documents.families import families
from agentprobe.worlds.documents.grow import TABLE, grow
from agentprobe.worlds.documents.lineage import fitted, lineage
from agentprobe.worlds.documents.measure import compare, measured
from agentprobe.worlds.documents.minhash import resemblance, shingles
from agentprobe.worlds.documents.shape import profile, shape_of
from agentprobe.worlds.documents.traits import DocumentShape, Edits
from agentprobe.worlds.documents.treatment import Documents
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table

SHAPE = DocumentShape(
    rows=1000,
    discount=0.6,
    strength=400.0,
    sentences=(4.0, 6.0, 8.0, 12.0),
    words=12.0,
    edits=Edits(),
    common=0.1,
)


@cache
def documents(rows: int, seed: int = 1) -> pa.Table:
    return pa.Table.from_batches(list(grow(SHAPE, rows, seed)), schema_of(TABLE))


def texts(table: pa.Table) -> pa.Array[Any]:
    return pa.concat_arrays(table.column("body").chunks)


def held(table: pa.Table) -> Held:
    return Held(Schema(tables=(TABLE,)), {"documents": table})


def test_resemblance_is_that_of_the_sets_of_word_pairs() -> None:
    of = shingles(pa.array(["a b c d", "A, b; c... x", "", "one"]))
    assert of.sizes.tolist() == [4, 4, 0, 1]
    assert resemblance(of, np.array([0, 0]), np.array([1, 3])).tolist() == [3 / 5, 0]


def test_editions_of_one_text_are_one_family_and_others_are_not() -> None:
    base = "Claims above 50 euros need approval of the manager within ten days after the order was placed"
    found = families(
        pa.array([base, "Something else entirely", base.replace("50", "70"), "Third text", base])
    )
    assert found.family[0] == found.family[2] == found.family[4]
    assert sorted(found.sizes.tolist()) == [1, 1, 3]


def test_vectors_bring_rewritten_texts_together() -> None:
    two = pa.array(["first wording", "quite other words"])
    vectors = np.array([[1.0, 0.0], [1.0, 0.01]], dtype=np.float32)
    assert families(two).sizes.max() == 1
    assert families(two, vectors).sizes.max() == 2


@settings(max_examples=25)
@given(st.lists(st.text(max_size=60), max_size=15))
def test_any_texts_have_families_and_equal_ones_the_same(found: list[str]) -> None:
    twice = families(pa.array(found * 2, pa.string()))
    filled = np.flatnonzero(twice.shingles.sizes[: len(found)] > 0)
    assert np.array_equal(twice.family[filled], twice.family[filled + len(found)])


def test_families_grow_by_the_law_and_the_law_is_found_again() -> None:
    line = lineage(0.5, 50.0, 40_000, seed=4)
    root = line.parent
    while (root != root[root]).any():
        root = root[root]
    sizes = np.bincount(root)
    discount, strength = fitted(sizes[sizes > 0])
    assert discount == pytest.approx(0.5, abs=0.05)
    assert strength == pytest.approx(50, rel=0.4)
    assert line.depth.max() > 3
    assert np.array_equal(lineage(0.5, 50.0, 1000, seed=4).parent, line.parent[:1000])


def test_fewer_documents_are_the_beginning_of_more() -> None:
    many = documents(9000)
    assert documents(10).equals(many.slice(0, 10))
    assert documents(8500).equals(many.slice(0, 8500))
    assert not documents(10, 2).equals(documents(10))


def test_documents_refer_only_to_superseded_ones_that_ended_when_they_begin() -> None:
    rows = {row["document_id"]: row for row in documents(9000).to_pylist()}
    assert len(rows) == 9000
    newer = [row for row in rows.values() if row["supersedes"] is not None]
    assert len(newer) > 100
    for row in newer:
        older = rows[row["supersedes"]]
        assert older["status"] == "superseded"
        assert older["valid_to"] == row["valid_from"]
        assert int(row["version"].split(".")[0]) == int(older["version"].split(".")[0]) + 1
    assert len({row["supersedes"] for row in newer}) == len(newer)


def test_a_document_says_what_its_columns_say() -> None:
    for row in documents(300).to_pylist():
        opening = row["body"].split(".")[0]
        assert row["audience"] in opening
        assert row["region"] in opening
        assert str(row["valid_from"].year) in opening
        assert "{" not in row["body"]


def test_what_is_grown_from_a_profile_has_as_many_near_duplicates() -> None:
    production = held(documents(4000))
    shape = profile(production, TABLE)
    grown = pa.Table.from_batches(list(grow(shape, 4000, 9)), schema_of(TABLE))
    found = {one.name: one for one in compare(measured(production, TABLE), measured(held(grown), TABLE))}
    assert [one.name for one in found.values() if one.holds is False] == []


def test_unrelated_texts_in_place_of_families_are_told_apart() -> None:
    alone = msgspec.structs.replace(SHAPE, discount=0.98, strength=1e6)
    grown = pa.Table.from_batches(list(grow(alone, 3000, 9)), schema_of(TABLE))
    found = compare(measured(held(documents(3000)), TABLE), measured(held(grown), TABLE))
    assert found[0].holds is False
    assert found[1].holds is False


def test_no_word_of_production_stands_in_a_shape() -> None:
    bodies = pa.array(
        [f"Zanzibarium {number} quuxes the Frobnicator. Zyx {number}!" for number in range(200)]
    )
    told = msgspec.json.encode(shape_of(bodies, bodies, bodies)).decode().lower()
    assert not any(word in told for word in ("zanzibarium", "quux", "frobnicator", "zyx"))


def test_a_table_without_documents_is_refused() -> None:
    with pytest.raises(ConfigError, match="role 'document'"):
        profile(held(documents(10)), Table(name="documents", columns=(Column(name="x", kind="text"),)))


class Backwards:
    """Replaces every word by itself spelled backwards."""

    def cleaned(self, found: pa.Array[Any]) -> pa.Array[Any]:
        return pa.array(
            [None if text is None else "".join(reversed(text)) for text in found.to_pylist()], pa.string()
        )


def test_cleaned_documents_keep_their_families() -> None:
    before = texts(documents(2000))
    treatment = Documents.of(None, Backwards())
    column = Column(name="body", kind="text", role=Role.DOCUMENT)
    batch = pa.record_batch({"body": before})
    after = treatment.map(Table(name="documents", columns=(column,)), column, batch)
    one, other = families(before), families(after)
    assert abs(len(one.sizes) - len(other.sizes)) <= len(one.sizes) / 100
    assert not any(one == two for one, two in zip(before.to_pylist(), after.to_pylist(), strict=True))
    some = pa.record_batch({"body": pa.array(["ab", None, "ab"])})
    assert treatment.map(Table(name="d", columns=(column,)), column, some).to_pylist() == ["ba", None, "ba"]
