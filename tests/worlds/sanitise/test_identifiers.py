from __future__ import annotations

import re
import string
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds.sanitise.treated import KEY, OTHER_KEY, treated

from agentprobe.worlds.characters import form_of
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.identifiers import Identifiers
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.schema import Column, Schema, Table

PLAIN = string.ascii_letters + string.digits + "-_/.#"
WHOLE = st.integers(-(2**63), 2**63 - 1)


def mapped(values: list[Any], stored: str = "text", **options: Any) -> list[Any]:
    return treated(Identifiers, values, role=Role.IDENTIFIER, stored=stored, **options)


@given(st.lists(WHOLE, min_size=1, unique=True))
@settings(max_examples=30, deadline=None)
def test_numbers_stay_different_and_as_long(values: list[int]) -> None:
    images = mapped(values, "integer")
    assert len(set(images)) == len(values)
    for value, image in zip(values, images, strict=True):
        assert len(str(abs(image))) == len(str(abs(value)))
        assert (image < 0) == (value < 0)


@given(
    st.lists(st.text(string.ascii_letters + string.digits + "-_/.#", max_size=30), min_size=1, unique=True)
)
@settings(max_examples=40, deadline=None)
def test_texts_stay_different_and_keep_the_kind_of_each_character(values: list[str]) -> None:
    images = mapped(values)
    assert len(set(images)) == len(values)
    assert [form_of(image) for image in images] == [form_of(value) for value in values]


@given(st.lists(st.text(max_size=90), min_size=1))
@settings(max_examples=40, deadline=None)
def test_any_text_has_an_image_and_equal_ones_an_equal_one(values: list[str]) -> None:
    values = [value.encode("utf-8", "ignore").decode() for value in values]
    images = mapped(values + values)
    assert images[: len(values)] == images[len(values) :]


@pytest.mark.parametrize("digits", [1, 2, 3, 7])
def test_all_numbers_of_one_length_are_permuted_among_themselves(digits: int) -> None:
    start = 10 ** (digits - 1)
    values = list(range(start, min(10 * start, start + 20_000)))
    images = mapped(values, "integer", batch=700)
    assert len(set(images)) == len(values)
    if digits < 5:
        assert sorted(images) == values


def test_no_order_is_told() -> None:
    images = np.array(mapped(list(range(10_000, 90_000)), "integer", batch=65_536))
    correlation = np.corrcoef(np.arange(len(images)), images)[0, 1]
    assert abs(correlation) < 0.02


def test_a_prefix_and_leading_zeros_stay_and_the_rest_is_a_permutation() -> None:
    images = mapped([f"CUS-{number:06d}" for number in range(3000)])
    assert len(set(images)) == 3000
    assert all(re.fullmatch(r"CUS-\d{6}", image) for image in images)
    assert images[0] == "CUS-000000"
    assert all(image.startswith("CUS-000") for image in images[:1000])


def test_a_rare_prefix_is_replaced_and_never_looks_like_the_common_one() -> None:
    images = mapped([*(f"CUS-{number}" for number in range(100, 900)), "MEYER-77"])
    assert re.fullmatch(r"[A-Z]{5}-\d{2}", images[-1])
    assert not images[-1].startswith("MEYER")


def test_digits_in_a_text_become_what_the_same_number_becomes() -> None:
    column = {"number": "integer", "text": "text"}
    columns = tuple(
        Column(name=name, kind=kind, role=Role.IDENTIFIER, domain="d") for name, kind in column.items()
    )
    table = Table(name="t", columns=columns)
    treatment = Identifiers(Setting(schema=Schema(tables=(table,))))
    numbers = [1, 47, 999_999, 12_345_678]
    batch = pa.record_batch({"number": pa.array(numbers, pa.int64()), "text": [str(one) for one in numbers]})
    treatment.learn(table, batch)
    treatment.settle(KEY)
    whole, texts = (treatment.map(table, one, batch).to_pylist() for one in columns)
    assert [str(one) for one in whole] == texts


@given(st.lists(st.uuids(), min_size=1, unique=True))
@settings(max_examples=40, deadline=None)
def test_uuids_stay_uuids_of_their_version(values: list[UUID]) -> None:
    images = mapped([str(value) for value in values])
    assert len(set(images)) == len(values)
    for value, image in zip(values, images, strict=True):
        assert UUID(image).version == value.version
        assert UUID(image).variant == value.variant
        assert value.int == 0 or image != str(value)


def test_one_uuid_in_capitals_and_in_braces_stays_one_uuid() -> None:
    plain = "6f1c2d3e-aaaa-4bbb-8ccc-0123456789ab"
    images = mapped([plain, plain.upper(), "{" + plain + "}"])
    assert images == [images[0], images[0].upper(), "{" + images[0] + "}"]


def test_hexadecimal_keys_stay_hexadecimal() -> None:
    rng = np.random.default_rng(5)
    values = [rng.bytes(6).hex() for _ in range(500)]
    images = mapped(values)
    assert len(set(images)) == 500
    assert all(re.fullmatch(r"[0-9a-f]{12}", image) for image in images)


def test_binary_keys_stay_different_and_as_long() -> None:
    rng = np.random.default_rng(6)
    values = [rng.bytes(16) for _ in range(200)] + [b"short", b""]
    images = mapped(values, "binary")
    assert len(set(images)) == len(values)
    assert [len(image) for image in images] == [len(value) for value in values]


def test_the_same_key_gives_the_same_at_any_batch_size_and_another_key_something_else() -> None:
    values = [f"A{number}-{number * 7919 % 997}" for number in range(300)] + ["ünïcode", None]
    small, large = mapped(values, batch=7), mapped(values, batch=1000)
    assert small == large
    assert sum(one == other for one, other in zip(large, mapped(values, key=OTHER_KEY), strict=True)) < 10


def test_nulls_stay_nulls() -> None:
    assert mapped([None, "K1", None])[::2] == [None, None]
    assert mapped([None, 5], "integer")[0] is None


def test_domains_have_maps_of_their_own() -> None:
    def images(domain: str) -> list[Any]:
        column = Column(name="x", kind="integer", role=Role.IDENTIFIER, domain=domain)
        table = Table(name="t", columns=(column,))
        treatment = Identifiers(Setting(schema=Schema(tables=(table,))))
        treatment.settle(Key(b"k" * 32))
        batch = pa.record_batch({"x": pa.array(range(1000, 2000), pa.int64())})
        return treatment.map(table, column, batch).to_pylist()

    assert images("customers.id") == images("customers.id")
    assert images("customers.id") != images("orders.id")
