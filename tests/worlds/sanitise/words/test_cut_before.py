"""What is found again in the second pass is what would be cut anew, and only as long as the rows are held."""

from __future__ import annotations

import gc
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.words import Words
from agentprobe.worlds.sanitise.words.cut_before import CutBefore
from agentprobe.worlds.sanitise.words.pieces import Pieces, at_blanks, at_runs
from agentprobe.worlds.schema import Column, Table

ROLES = {"name": Role.FULL_NAME, "email": Role.EMAIL, "city": Role.CITY, "note": Role.TEXT}
TABLE = Table(
    name="people", columns=tuple(Column(name=name, kind="text", role=role) for name, role in ROLES.items())
)
NUMBERS = ("02 9374 4000", "+61 2 9374", "4000", "on 31 March 2023", "2023-03-31", "٣٤٥٦٧٨٩", "12 34 56 7")
WORDS = st.sampled_from(
    (
        "Ana",
        "ana",
        "O'Brien",
        "Müller-Smith",
        "ann.smith@acme.com",
        "@",
        "\u00a0",
        "\ue000",
        "\ue141",
        *NUMBERS,
    )
)
TEXTS = st.lists(st.one_of(st.none(), st.lists(WORDS, max_size=6).map(" ".join)), min_size=1, max_size=8)


def batch_of(texts: list[str | None]) -> pa.RecordBatch:
    return pa.record_batch({name: pa.array(texts, pa.string()) for name in ROLES})


def mapped(learned: pa.RecordBatch, batch: pa.RecordBatch) -> dict[str, list[Any]]:
    words = Words()
    words.learn(TABLE, learned)
    words.settle(Key(b"k" * 32))
    return {column.name: words.map(TABLE, column, batch).to_pylist() for column in TABLE.columns}


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_held_rows_become_what_they_become_when_they_are_read_again(texts: list[str | None]) -> None:
    held = batch_of(texts)
    assert mapped(held, held) == mapped(held, batch_of(texts))


def test_pieces_are_known_by_their_place_and_cut_and_forgotten_with_their_batch() -> None:
    known = CutBefore()
    batch = batch_of(["Ana Smith", None, "Bo"])
    pieces = Pieces(batch.column("name"), at_blanks)
    known.keep(batch, [pieces])
    assert known.of(batch.column("name"), at_blanks) is pieces
    assert known.of(batch.column("name"), at_runs) is None
    assert known.of(batch.column("name").slice(1), at_blanks) is None
    assert known.of(batch.column("city"), at_blanks) is None
    del batch
    gc.collect()
    assert len(known) == 0


def test_digits_of_a_row_are_counted_in_every_script_and_private_signs_with_them() -> None:
    texts = pa.array(["a1 22 b", None, "no", "٣٤ 5", "é", "\ue141x", ""], pa.string())
    assert Pieces(texts, at_blanks).numbers.tolist() == [3, 0, 0, 3, 0, 1, 0]


def test_signs_of_private_use_in_a_source_do_not_pass_for_blanks_or_for_what_is_written_already() -> None:
    found = mapped(batch_of(["call 12\ue00034 567 89"]), batch_of(["call 12\ue00034 567 89"]))["note"][0]
    assert "\ue000" not in found
    assert "\ufffd" in found
