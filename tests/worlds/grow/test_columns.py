"""What single columns look like."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from agentprobe.worlds.grow.edits import OPERATORS
from agentprobe.worlds.grow.tables import Growing
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.shape.model import (
    Category,
    Constant,
    Field,
    Key,
    Masked,
    Model,
    Moment,
    Number,
    Prose,
    Shape,
    TableShape,
    Words,
)
from agentprobe.worlds.shape.spectrum import Spectrum


def grown(model: Model, kind: str = "text", rows: int = 2000, **more: Any) -> list[Any]:
    """The values of a column with this model."""
    column = Column(name="c", kind=kind, role=more.pop("role", Role.TEXT), **more.pop("column", {}))
    table = TableShape(
        table=Table(name="t", columns=(column,)), rows=rows, fields=(Field(name="c", model=model, **more),)
    )
    batch = Growing(Shape(name="s", tables=(table,)), rows, 1).tables["t"].batch(np.arange(rows))
    return batch.column(0).to_pylist()


def test_masks_are_filled_and_quoted_letters_stay() -> None:
    found = grown(Masked(masks=((r"\A\9-999aA", 1.0),)))
    assert all(re.fullmatch(r"A9-\d{3}[a-z][A-Z]", value) for value in found)
    assert len(set(found)) > 1900


def test_a_mask_with_few_values_gives_as_many_distinct_ones_as_the_spectrum_wants() -> None:
    spectrum = Spectrum(discount=0.0, strength=1.0, seen=1000.0, head=(1.0,) * 500, rest=())
    found = grown(Masked(masks=(("9999", 1.0),), spectrum=spectrum), rows=20_000)
    assert 480 < len(set(found)) < 530


def test_keys_of_each_form() -> None:
    assert all(len(str(value)) == 6 for value in grown(Key(digits=6), "integer"))
    assert all(
        re.fullmatch(r"CUS-\d{6}", value) for value in grown(Key(form="text", digits=6, prefix="CUS-"))
    )
    uuids = grown(Key(form="uuid"))
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", u) for u in uuids
    )
    assert len(set(uuids)) == 2000


def test_prices_end_as_prices_do() -> None:
    model = Number(knots=(0.0, 10.0, 1000.0), endings=((0.99, 0.5),), special=((0.0, 0.1),))
    found = [float(value) for value in grown(model, "decimal", column={"size": 2})]
    assert abs(np.mean([round(value % 1, 2) == 0.99 for value in found]) - 0.45) < 0.05
    assert abs(np.mean([value == 0 for value in found]) - 0.1) < 0.03
    assert abs(np.mean([value < 10 for value in found]) - 0.55) < 0.06


@pytest.mark.parametrize("kind", ["integer", "float", "decimal", "text"])
def test_numbers_fit_every_kind(kind: str) -> None:
    assert all(-50 <= float(value) <= 50 for value in grown(Number(knots=(-50.0, 50.0)), kind))


def test_days_fall_on_the_weekdays_and_in_the_span() -> None:
    found = grown(Moment(knots=(18_000.0, 20_000.0), weekdays=(1, 1, 1, 1, 1, 0, 0)), "date")
    assert all(day.weekday() < 5 for day in found)
    assert {day.year for day in found} == {2019, 2020, 2021, 2022, 2023, 2024}


def test_days_of_which_only_year_or_month_is_known_stand_at_its_first() -> None:
    model = Moment(knots=(-9000.0, 9000.0), yearly=0.4, years=(-5000.0, -1000.0), monthly=0.3)
    found = grown(model, "date")
    years = [day for day in found if (day.month, day.day) == (1, 1)]
    assert abs(len(years) / len(found) - 0.4 - 0.6 * 0.3 / 12) < 0.04
    assert sum(1956 <= day.year <= 1967 for day in years) > 0.9 * len(years)
    assert abs(sum(day.day == 1 for day in found) / len(found) - 0.4 - 0.6 * 0.3) < 0.06


def test_dates_as_text_have_the_forms_and_the_days_that_mean_nothing() -> None:
    model = Moment(
        knots=(0.0, 9000.0), forms=(("DD/MM/YYYY", 0.5), ("YYYYMMDD", 0.5)), special=(("1900-01-01", 0.2),)
    )
    found = grown(model)
    assert abs(np.mean([value == "1900-01-01" for value in found]) - 0.2) < 0.04
    assert {len(value) for value in found} == {8, 10}


@pytest.mark.parametrize("kind", ["date", "timestamp", "time", "text", "integer"])
def test_moments_fit_every_kind(kind: str) -> None:
    assert len(grown(Moment(knots=(0.0, 9000.0), hours=(1.0,) * 24), kind)) == 2000


def test_texts_are_as_long_as_asked_and_recur_as_asked() -> None:
    long = [len(value.split()) for value in grown(Prose(lengths=(5, 10, 50)))]
    assert 8 < np.median(long) < 14
    assert max(long) > 35
    recurring = grown(Prose(spectrum=Spectrum(discount=0.0, strength=5.0)))
    assert len(set(recurring)) < 60


@pytest.mark.parametrize("kind", ["text", "integer", "float", "boolean"])
def test_categories_fit_every_kind(kind: str) -> None:
    found = grown(Category(values=(("1", 0.75), ("0", 0.25))), kind)
    assert abs(np.mean([str(value) in ("1", "1.0", "True") for value in found]) - 0.75) < 0.04


@pytest.mark.parametrize(
    "kind",
    ["text", "integer", "float", "decimal", "boolean", "date", "timestamp", "time", "binary", "vector"],
)
@pytest.mark.parametrize("nullable", [True, False])
def test_what_did_not_leave_production_is_empty_or_one_value(kind: str, nullable: bool) -> None:
    found = grown(
        Constant(), kind, rows=20, column={"nullable": nullable, "size": 3 if kind == "vector" else 0}
    )
    assert len({str(value) for value in found}) == 1
    assert (found[0] is None) is nullable


def test_words_begin_alike_as_often_as_asked() -> None:
    def heads(strength: float) -> int:
        words = Words(
            vocabulary="surname",
            spectrum=Spectrum(discount=0.9, strength=1000.0),
            prefixes=Spectrum(discount=0.0, strength=strength),
        )
        return len({value[:4] for value in grown(words, role=Role.SURNAME)})

    assert heads(2.0) < heads(50.0) < heads(2000.0)


def test_rare_words_are_one_edit_from_common_ones_as_often_as_asked() -> None:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    def near(share: float) -> float:
        words = Words(vocabulary="surname", spectrum=Spectrum(discount=0.6, strength=300.0), variants=share)
        values, counts = np.unique(grown(words, rows=20_000), return_counts=True)
        rare, common = values[counts == 1][:300].tolist(), values[counts > 1].tolist()
        found = process.cdist(rare, common, scorer=OSA.distance, score_cutoff=1)
        return float((found <= 1).any(axis=1).mean())

    assert near(0.0) < 0.2
    assert near(0.4) > near(0.0) + 0.05


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_a_slip_takes_any_word(name: str) -> None:
    for word in ("", "a", "Jo", "Anne-Marie", "O'Brien", "1987-03-12", "Ünsal", "李", "two words", "12"):
        for bits in range(0, 1 << 30, 123_456_789):
            pa.array([OPERATORS[name](word, bits)], pa.string())


def test_slips_do_what_they_are_called() -> None:
    bits = 0x1234567
    assert len(OPERATORS["insert"]("Smith", bits)) == 6
    assert len(OPERATORS["delete"]("Smith", bits)) == 4
    assert sorted(OPERATORS["transpose"]("Smith", bits)) == sorted("Smith")
    assert OPERATORS["swap"]("1987-03-12", bits) == "1987-12-03"
    assert OPERATORS["nickname"]("Robert", 0) == "Bob"
    assert OPERATORS["nickname"]("BOB", 0) == "ROBERT"
