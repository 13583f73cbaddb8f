"""Typing errors are found as they were made and made again on pseudonyms."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from agentprobe.worlds.sanitise.words.edits import (
    DELETION,
    INSERTION,
    SUBSTITUTION,
    TRANSPOSITION,
    Edit,
    script,
    transferred,
)

KEY = b"k" * 32
WORDS = st.text("abcde", max_size=9)


def test_each_kind_of_slip_is_recognised() -> None:
    assert script("martin", "martyn") == (Edit(SUBSTITUTION, 4, "y"),)
    assert script("martin", "marttin") == (Edit(INSERTION, 4, "t"),)
    assert script("philip", "phiip") == (Edit(DELETION, 3),)
    assert script("brian", "brain") == (Edit(TRANSPOSITION, 2),)


@given(WORDS, WORDS)
def test_a_script_is_as_short_as_can_be(word: str, variant: str) -> None:
    assert len(script(word, variant)) == OSA.distance(word, variant)


@given(st.text("abcdefgh", min_size=3, max_size=9), st.data())
def test_a_variant_of_a_pseudonym_is_as_near_as_the_variant(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    variant = word[:place] + data.draw(st.sampled_from("xyz")) + word[place + 1 :]
    image = "".join(dict(zip("abcdefgh", "mnopqrst", strict=True))[letter] for letter in word)
    found = transferred(KEY, word, image, script(word, variant))
    assert OSA.distance(image, found) == 1
    assert len(found) == len(variant)


def test_the_slip_stands_elsewhere_for_most_words() -> None:
    """Who knows the word must not read which letter was left out."""
    words = [
        f"{head}{tail}"
        for head in ("mont", "carl", "win", "har")
        for tail in ("gomery", "isle", "slow", "ding")
    ]
    same = total = 0
    for word in words:
        image = "abcdefghijklmnop"[: len(word)]
        for place in range(len(word)):
            found = transferred(KEY, word, image, (Edit(DELETION, place),))
            same += found == image[:place] + image[place + 1 :]
            total += 1
    assert same / total < 0.4


def test_different_slips_in_one_word_stay_different() -> None:
    word, image = "gwendolyn", "abcdefghi"
    variants = {word[:place] + letter + word[place + 1 :] for place in range(9) for letter in "kxz"}
    found = {transferred(KEY, word, image, script(word, variant)) for variant in variants}
    assert len(found) == len(variants)
