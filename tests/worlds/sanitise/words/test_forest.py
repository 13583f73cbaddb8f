"""Variants are found among many words."""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from agentprobe.worlds.sanitise.words.forest import parents
from agentprobe.worlds.sanitise.words.model import spelt


def test_a_rare_word_hangs_on_the_frequent_one_it_is_near() -> None:
    words = ["jonathan", "smith", "jonathon", "smyth", "jnoathon", "lee", "zebra"]
    assert parents(words, [100, 90, 10, 10, 1, 1, 1]) == [-1, -1, 0, 1, 0, -1, -1]


def test_equally_frequent_words_are_no_variants_of_each_other() -> None:
    assert parents(["martin", "marten"], [5, 4]) == [-1, -1]


def test_no_parents_of_nothing() -> None:
    assert parents([], []) == []
    assert parents(["a", "李"], [2, 1]) == [-1, -1]


def test_nearly_all_that_comparing_everything_finds_is_found() -> None:
    rng = np.random.default_rng(1)
    words = list(dict.fromkeys(spelt(b"k" * 32, "a" * (4 + place % 7), place) for place in range(3000)))
    counts = sorted((rng.pareto(1, len(words)) + 1).astype(int).tolist(), reverse=True)
    table = cdist(words, words, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    lengths = np.array(list(map(len, words)))
    amounts = np.array(counts)
    near = (table <= np.where(lengths < 7, 1, 2)[:, None]) & (amounts[None] >= 2 * amounts[:, None])
    wanted = [int(row.argmax()) if row.any() else -1 for row in near]
    found = parents(words, counts)
    has = [place for place, elder in enumerate(wanted) if elder >= 0]
    assert len(has) > 300
    assert sum(found[place] >= 0 for place in has) / len(has) > 0.98
    assert all(near[place, elder] for place, elder in enumerate(found) if elder >= 0)


def test_a_word_that_may_be_no_variant_still_has_variants() -> None:
    words = ["jonathan", "jonathon", "jonathoon"]
    assert parents(words, [100, 10, 1]) == [-1, 0, 0]
    assert parents(words, [100, 10, 1], np.array([True, False, True])) == [-1, -1, 0]
    assert parents(words[1:], [10, 1], np.array([False, True])) == [-1, 0]


def test_many_words_are_told_apart_by_their_places_alone() -> None:
    """The place of a word shares a number with its hash: no word may be taken for another."""
    words = [f"{spelt(b'k' * 32, 'a' * 7, place)}{place:05}" for place in range(9000)]
    found = parents([*words, f"{words[8191]}x"], [9] * len(words) + [1])
    assert found[-1] == 8191
    assert set(found[:-1]) == {-1}
