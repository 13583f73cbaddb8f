"""What is counted of words, whatever comes first."""

from __future__ import annotations

from itertools import permutations

import pytest

from agentprobe.worlds.sanitise.words.levels import Level
from agentprobe.worlds.sanitise.words.lexicon import LOCAL, TEXT, Lexicon

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


@pytest.mark.parametrize(
    ("word", "kin", "tie"),
    [
        ("jsmith", ("j", "smith"), "compound"),
        ("smithj", ("smith", "j"), "compound"),
        ("johnsmith", ("john", "smith"), "compound"),
        ("smithes", ("smith",), "ending"),
        ("tosmith", ("smith",), "typo"),
        ("abcsmith", (), ""),
    ],
)
def test_a_word_outside_of_names_hangs_on_the_names_it_is_put_together_from(
    word: str, kin: tuple[str, ...], tie: str
) -> None:
    lexicon = Lexicon()
    lexicon.add("person", ["John ", "Smith", "To"], [9, 7, 1])
    lexicon.add(LOCAL, [word + "."], [1])
    lexicon.add_prose([word], [1], [1])
    lexicon.close()
    named = lexicon.named()
    (found,) = [
        entry
        for entry in lexicon.entries(lambda _: Level.M5, named, lexicon.kept(named))
        if entry.word == word
    ]
    assert (found.kin, found.tie) == (kin, tie)


def test_of_two_readings_of_a_word_the_one_with_more_frequent_names_is_taken() -> None:
    lexicon = Lexicon()
    lexicon.add("person", ["ann", "abel", "anna", "bel"], [9, 9, 2, 2])
    lexicon.add(LOCAL, ["annabel"], [1])
    lexicon.close()
    entries = lexicon.entries(lambda _: Level.M5, lexicon.named(), frozenset())
    assert next(entry.kin for entry in entries if entry.word == "annabel") == ("ann", "abel")


def test_a_word_keeps_as_little_of_its_form_as_the_strictest_of_its_domains_allows() -> None:
    lexicon = Lexicon()
    lexicon.add("person", ["berg"], [3])
    lexicon.add("place", ["berg", "dorf"], [3, 3])
    lexicon.add(TEXT, ["dorf"], [1])
    levels = {"person": Level.M2, "place": Level.M4, TEXT: Level.M5}
    entries = lexicon.entries(lambda domain: levels[domain], lexicon.named(), frozenset())
    found = {entry.word: entry.level for entry in entries}
    assert (found["berg"], found["dorf"]) == (Level.M2, Level.M4)
