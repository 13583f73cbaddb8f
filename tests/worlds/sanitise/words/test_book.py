"""Words are written as the words were that they stand for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.worlds.sanitise.words.book import Book

BOOK = Book(b"k" * 32, {"smith": "crane", "jones": "oakes", "lee": "wu"})
KEPT = frozenset({"st", "dr"})
WORDS = st.sampled_from(
    ["Smith", "JONES", "lee", "Lee", "St", "dr.", "unknown", "O'Brien", "Ødegård", "x", ""]
)


def test_a_word_keeps_its_capitals_and_the_signs_behind_it() -> None:
    assert [BOOK.all_but(KEPT, text) for text in ("Smith", "JONES.", "lee, ", "St.", "null")] == [
        "Crane",
        "OAKES.",
        "wu, ",
        "St.",
        "null",
    ]


@given(WORDS, st.sampled_from([" ", ", ", ".", "_", "-", "@", "'s "]), WORDS)
def test_a_word_by_itself_becomes_what_it_becomes_beside_another(one: str, sign: str, other: str) -> None:
    parts = BOOK.all_but(KEPT, one), BOOK.all_but(KEPT, other)
    if sign != "'s ":
        assert BOOK.all_but(KEPT, one + sign + other) == parts[0] + sign + parts[1]
    else:
        assert BOOK.all_but(KEPT, f"{one}'s {other}").endswith(" " + parts[1])
