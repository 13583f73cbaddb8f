"""Vectors in production's shape: grown, replaced, compared."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from tests.worlds.held import Held

from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.vectors.grow import grow
from agentprobe.worlds.vectors.measure import MeasuredVectors, as_vectors, compare, measured
from agentprobe.worlds.vectors.neighbours import Vectors as Rows
from agentprobe.worlds.vectors.neighbours import dimension, nearest, unit
from agentprobe.worlds.vectors.shape import VectorShape, profile
from agentprobe.worlds.vectors.treatment import Vectors
from agentprobe.worlds.vectors.turn import turned

SIZE = 32
COLUMN = Column(name="embedding", kind="vector", size=SIZE, role=Role.VECTOR)
TABLE = Table(name="documents", columns=(COLUMN,))


def listed(rows: Rows) -> pa.Array[Any]:
    flat: Any = pa.array(rows.ravel(), pa.float32())
    return pa.FixedSizeListArray.from_arrays(flat, SIZE)


def held(rows: Rows) -> Held:
    column: Any = listed(rows)
    return Held(Schema(tables=(TABLE,)), {"documents": pa.table({"embedding": column})})


@cache
def production() -> Rows:
    """Families in a few directions: 4,000 vectors of which many nearly coincide."""
    chance = np.random.default_rng(3)
    middles = chance.normal(size=(900, SIZE))
    rows = middles[chance.integers(900, size=4000)] + chance.normal(size=(4000, SIZE)) * chance.choice(
        [0.05, 0.3, 0.9], size=(4000, 1)
    )
    return unit(rows.astype(np.float32))


@cache
def shape() -> VectorShape:
    return profile(held(production()), TABLE, COLUMN, Key(b"k" * 32))


@cache
def seen() -> MeasuredVectors:
    return measured(held(production()), TABLE, COLUMN)


def grown(rows: int, seed: int = 1) -> Rows:
    return np.concatenate([as_vectors(batch) for batch in grow(shape(), rows, seed)])


def test_the_nearest_are_found_exactly() -> None:
    rows = production()[:300]
    scores, places = nearest(rows[:5], [rows[:100], rows[100:]], 3, own=np.arange(5))
    whole = rows[:5] @ rows.T
    whole[np.arange(5), np.arange(5)] = -2
    assert np.array_equal(places, np.argsort(-whole, axis=1)[:, :3])
    assert np.allclose(scores, np.sort(whole, axis=1)[:, ::-1][:, :3], atol=1e-6)


def test_the_local_dimension_of_a_filled_ball_is_that_of_the_ball() -> None:
    chance = np.random.default_rng(0)
    far = np.sort(chance.random((4000, 20)) ** (1 / 5), axis=1)
    assert np.median(dimension(far)) == pytest.approx(5, rel=0.1)


def test_a_grown_world_is_as_hard_to_search_as_the_one_it_was_grown_from() -> None:
    found = {one.name: one for one in compare(seen(), measured(held(grown(4000)), TABLE, COLUMN))}
    assert found["top-1 KS"].holds
    assert found["top-k gap KS"].holds
    assert found["hits within .05 KS"].holds


def test_random_vectors_and_copies_are_told_apart_from_production() -> None:
    chance = np.random.default_rng(1)
    scattered = unit(chance.normal(size=(4000, SIZE)).astype(np.float32))
    copies = production()[chance.integers(500, size=4000)]
    for false in (scattered, copies):
        assert compare(seen(), measured(held(false), TABLE, COLUMN))[0].holds is False


def test_fewer_rows_are_the_beginning_of_more_to_the_last_bit() -> None:
    many = grown(3000)
    assert np.array_equal(grown(10), many[:10])
    assert np.array_equal(grown(777), many[:777])
    assert not np.array_equal(grown(10, seed=2), many[:10])


def test_no_vector_of_production_stands_in_a_shape() -> None:
    first = shape().first()
    assert np.abs(nearest(first, [production()], 1)[0]).max() < 0.99
    assert msgspec.json.decode(msgspec.json.encode(shape()), type=VectorShape) == shape()


def test_a_turn_keeps_what_is_near() -> None:
    rows = production()[:200]
    image = turned(rows, b"s" * 32)
    assert np.allclose(rows @ rows.T, image @ image.T, atol=1e-3)
    assert not np.allclose(image, turned(rows, b"t" * 32), atol=0.1)


def replaced(rows: pa.Array[Any], key: bytes = b"k" * 32) -> pa.Array[Any]:
    treatment = Vectors.of(None, None)
    treatment.settle(Key(key))
    return treatment.map(TABLE, COLUMN, pa.record_batch({"embedding": rows}))


def test_replaced_vectors_are_searched_as_the_true_ones_and_equal_ones_stay_equal() -> None:
    rows = production().copy()
    rows[7] = rows[3]
    image = as_vectors(replaced(listed(rows)))
    assert np.array_equal(image[7], image[3])
    assert all(
        one.holds
        for one in compare(measured(held(rows), TABLE, COLUMN), measured(held(image), TABLE, COLUMN))
    )
    assert np.array_equal(as_vectors(replaced(listed(rows[:50]))), image[:50])
    assert np.abs((as_vectors(replaced(listed(rows[:50]), b"x" * 32)) * image[:50]).sum(axis=1)).mean() < 0.5


def test_known_pairs_do_not_undo_a_replacement_exactly() -> None:
    rows = production()
    image = as_vectors(replaced(listed(rows)))
    undo, *_ = np.linalg.lstsq(image[:1000], rows[:1000], rcond=None)
    left = np.linalg.norm(image[1000:] @ undo - rows[1000:], axis=1)
    assert np.median(left) > 0.15


def test_a_missing_vector_stays_missing() -> None:
    rows: Any = pa.array([[1.0] * SIZE, None, [0.5] * SIZE], pa.list_(pa.float32(), SIZE))
    image = replaced(rows)
    assert image.is_null().to_pylist() == [False, True, False]
    assert image.type == rows.type


def test_a_world_of_few_rows_says_that_nothing_was_observed() -> None:
    few = measured(held(production()[:1]), TABLE, COLUMN)
    assert compare(few, seen())[0].holds is None
    assert (
        len(
            np.concatenate(
                [as_vectors(batch) for batch in grow(profile(held(production()[:2]), TABLE, COLUMN), 50, 1)]
            )
        )
        == 50
    )
