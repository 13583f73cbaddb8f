from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pytest
from tests.worlds.guess.labelled import Labelled, labelled

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.guess import Guess, guessed, guesses
from agentprobe.worlds.roles import IDENTIFYING, Role
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table
from agentprobe.worlds.source import BATCH_ROWS

COLUMNS = labelled()
HARMLESS = {Role.CATEGORY, Role.FLAG, Role.NUMBER, Role.COUNTRY, Role.REGION}
"""Roles whose values may stay as they are."""


class Held:
    """A source that is held in memory."""

    as_of = "2026-01-05T09:00:00+00:00"

    def __init__(self, schema: Schema, tables: dict[str, pa.Table]) -> None:
        self.schema = schema
        self._tables = tables

    def rows(self, table: str) -> int:
        return self._tables[table].num_rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        found = self._tables[table]
        picked = found.select(list(columns)) if columns else found
        yield from picked.slice(0, most).to_batches(max_chunksize=BATCH_ROWS)


def held(columns: Sequence[Labelled]) -> Held:
    told = [Column(name=one.name, kind=one.kind, size=2 if one.kind == "decimal" else 0) for one in columns]
    values = {
        one.name: pa.array(labelled_one.values, type_of(one))
        for one, labelled_one in zip(told, columns, strict=True)
    }
    key = tuple(one.name for one in columns if one.key)
    table = Table(name="records", columns=tuple(told), key=key[:1], unique=(key[1:],) if key[1:] else ())
    return Held(Schema(tables=(table,)), {"records": pa.table(values)})


@pytest.fixture(scope="module")
def found() -> dict[str, Guess]:
    """What is guessed of each labelled column, asked alone, so that none helps another."""
    return {one.name: guesses(held([one]))[0] for one in COLUMNS}


def test_at_least_120_columns_are_labelled() -> None:
    assert len({one.name for one in COLUMNS}) >= 120


def test_nineteen_of_twenty_columns_are_guessed_right(found: dict[str, Guess]) -> None:
    wrong = {
        one.name: (one.role, found[one.name].role) for one in COLUMNS if found[one.name].role != one.role
    }
    assert len(wrong) <= len(COLUMNS) * 0.05, wrong


def test_nothing_that_says_who_somebody_is_is_taken_for_harmless(found: dict[str, Guess]) -> None:
    telling = IDENTIFYING | {Role.GIVEN_NAME, Role.SURNAME, Role.FULL_NAME, Role.SECRET, Role.TEXT}
    passed = [one.name for one in COLUMNS if one.role in telling and found[one.name].role in HARMLESS]
    assert passed == []


def test_every_secret_is_left_out(found: dict[str, Guess]) -> None:
    kept = [
        one.name
        for one in COLUMNS
        if one.role is Role.SECRET and found[one.name].role not in (Role.SECRET, Role.DROPPED)
    ]
    assert kept == []


def test_a_guess_says_why_and_shows_forms_but_no_value(found: dict[str, Guess]) -> None:
    values = {
        str(value) for one in COLUMNS for value in one.values if value is not None and len(str(value)) > 4
    }
    for guess in found.values():
        assert guess.reason
        assert 0 < guess.confidence <= 1
        assert not values & set(guess.forms)


def test_a_reference_shares_the_domain_of_what_it_refers_to() -> None:
    people = Table(name="people", columns=(Column(name="no", kind="integer"),), key=("no",))
    orders = Table(
        name="orders",
        columns=(Column(name="who", kind="integer"),),
        references=(ForeignKey(columns=("who",), table="people", to=("no",)),),
    )
    numbers = pa.table({"no": [1, 2, 3]})
    schema = guessed(
        Held(Schema(tables=(orders, people)), {"people": numbers, "orders": pa.table({"who": [1, 1, 2]})})
    )
    assert schema.table("orders").column("who").role is Role.IDENTIFIER
    assert schema.table("orders").column("who").domain == schema.table("people").column("no").domain


def test_references_in_a_circle_share_one_domain() -> None:
    def table(name: str, to: str) -> Table:
        return Table(
            name=name,
            columns=(Column(name="id", kind="integer"),),
            key=("id",),
            references=(ForeignKey(columns=("id",), table=to, to=("id",)),),
        )

    schema = Schema(tables=(table("a", "b"), table("b", "a")))
    found = guessed(Held(schema, {name: pa.table({"id": [1]}) for name in "ab"}))
    assert len({found.table(name).column("id").domain for name in "ab"}) == 1


def test_leaves_of_json_are_guessed_one_by_one_and_keys_that_are_values_are_not_shown() -> None:
    rows = [
        f'{{"owner": {{"email": "p{row}@example.org"}}, "visits": {row}, "p{row}@example.org": 1}}'
        for row in range(100)
    ]
    table = Table(name="t", columns=(Column(name="extra", kind="text"),))
    found = guesses(Held(Schema(tables=(table,)), {"t": pa.table({"extra": rows})}))
    assert {one.leaf: one.role for one in found if one.leaf} == {
        "owner.email": Role.EMAIL,
        "visits": Role.NUMBER,
    }


def test_an_empty_table_is_guessed_by_names_alone() -> None:
    table = Table(name="t", columns=(Column(name="email", kind="text"), Column(name="qqq", kind="text")))
    empty = pa.table({"email": pa.array([], pa.string()), "qqq": pa.array([], pa.string())})
    found = guesses(Held(Schema(tables=(table,)), {"t": empty}))
    assert [one.role for one in found] == [Role.EMAIL, Role.DROPPED]
