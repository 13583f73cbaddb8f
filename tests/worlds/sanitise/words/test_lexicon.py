"""What is counted of words, whatever comes first."""

from __future__ import annotations

from itertools import permutations

from agentprobe.worlds.sanitise.words.lexicon import Lexicon

KEPT = frozenset({"avenue", "st"})
SEEN = [
    ("avenue", 2, KEPT),
    ("avenue", 1, frozenset[str]()),
    ("st", 7, KEPT),
    ("avenue", 5, frozenset[str]()),
]


def test_a_word_that_is_kept_in_one_column_counts_as_it_does_in_the_others_in_any_order() -> None:
    for order in permutations(SEEN):
        lexicon = Lexicon()
        for word, count, kept in order:
            lexicon.add("place", [word], [count], kept)
        lexicon.close()
        assert lexicon.counts["place"] == {"avenue": 6, "st": 1}
