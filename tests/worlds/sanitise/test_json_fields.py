from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds.sanitise.treated import KEY

from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.sanitise.treatments import Treatments
from agentprobe.worlds.schema import Column, Schema, Table

LEAVES = (
    Column(name="owner.email", kind="text", role=Role.EMAIL),
    Column(name="owner.id", kind="integer", role=Role.IDENTIFIER, domain="people.id"),
    Column(name="tags[]", kind="text", role=Role.CATEGORY),
    Column(name="token", kind="text", role=Role.SECRET),
)
TABLE = Table(
    name="t",
    columns=(
        Column(name="id", kind="integer", role=Role.IDENTIFIER, domain="people.id"),
        Column(name="extra", kind="text", role=Role.JSON),
    ),
    key=("id",),
)


def mapped(texts: Sequence[str | None]) -> tuple[list[Any], list[Any]]:
    """The ids and documents that stand for these."""
    setting = Setting(schema=Schema(tables=(TABLE,)), leaves={("t", "extra"): LEAVES}, common=2)
    treatments = Treatments(setting)
    batch = pa.record_batch(
        {"id": pa.array(range(1, len(texts) + 1), pa.int64()), "extra": pa.array(texts, pa.string())}
    )
    treatments.learn(TABLE, batch)
    treatments.settle(KEY)
    ids, documents = (treatments.map(TABLE, column, batch).to_pylist() for column in TABLE.columns)
    return ids, [None if one is None else json.loads(one) for one in documents]


def test_every_leaf_is_replaced_as_a_column_of_its_role_is() -> None:
    texts = [
        json.dumps(
            {"owner": {"email": f"ann.meyer{row}@acme.example", "id": row}, "tags": ["vip", "vip", "odd"]}
        )
        for row in range(1, 9)
    ]
    ids, documents = mapped(texts)
    assert [one["owner"]["id"] for one in documents] == ids
    assert all("meyer" not in one["owner"]["email"] and "@" in one["owner"]["email"] for one in documents)
    assert all(one["tags"] == ["vip", "vip", "odd"] for one in documents)


def test_what_the_plan_does_not_name_is_left_out() -> None:
    _, documents = mapped(['{"token": "s3cret", "other": {"x": "Ann Meyer"}, "tags": []}'])
    assert documents == [{"tags": []}]


def test_broken_json_nulls_and_wrong_types() -> None:
    _, documents = mapped([None, "{broken", '"text"', '{"tags": ["a", 7, null, "a"], "owner": {"id": "x"}}'])
    assert documents[:3] == [None, {}, {}]
    assert documents[3] == {"tags": ["a", None, None, "a"], "owner": {"id": None}}


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


@given(st.lists(NESTED, min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_any_json_is_taken(documents: list[Any]) -> None:
    _, found = mapped([json.dumps(one) for one in documents])
    assert all(isinstance(one, dict | list) for one in found)
