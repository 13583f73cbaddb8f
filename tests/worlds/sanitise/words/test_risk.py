"""The attacks succeed where pseudonyms are weak: a measure that cannot fail measures nothing."""

from __future__ import annotations

from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from agentprobe.worlds.sanitise.words.model import spelt
from agentprobe.worlds.sanitise.words.risk import Attacker, risk

SHIFT = str.maketrans("abcdefghijklmnopqrstuvwxyz", "defghijklmnopqrstuvwxyzabc")


def lexicon() -> dict[str, int]:
    words = dict.fromkeys(spelt(b"k" * 32, "a" * (4 + place % 6), place) for place in range(1500))
    return {word: 100 if place < 400 else 1 + place % 4 for place, word in enumerate(words)}


def test_a_cipher_of_letters_is_read() -> None:
    counts = lexicon()
    found = risk(counts, {word: word.translate(SHIFT) for word in counts})
    assert found.decoded is not None
    assert found.decoded > 0.3


def test_letters_of_their_own_are_not_read() -> None:
    counts = lexicon()
    images = {word: spelt(b"x" * 32, word, word) + "q" for word in counts}
    assert risk(counts, images).decoded == 0


def test_a_letter_left_out_of_a_known_name_is_read() -> None:
    attacker = Attacker({"abcdef": "robert"})
    assert attacker.read(["abcef", "abdcef", "abccdef"]) == ["robrt", "roebrt", "robbert"]


def test_words_that_stand_equally_often_hide_among_each_other() -> None:
    counts = {"aaaa": 10, "bbbb": 10, "cccc": 7, "dd": 1, "eeee": 60}
    rank = risk(counts, {word: word[::-1] for word in counts}).rank
    assert rank["middle"] == round(2 / 3, 6)
    assert rank["rare"] == rank["common"] == 1.0


def test_nothing_to_attack() -> None:
    found = risk({}, {})
    assert found.decoded is None
    assert found.known_parent is None
    assert found.rank == {}


def test_the_nearest_of_all_known_words_is_found_though_few_are_compared() -> None:
    words = list(lexicon())
    known, others = words[:500], words[500:]
    asked = [
        *others,
        *(word[1:] for word in known[:50]),
        *(word[:3] + "q" + word[3:] for word in known[50:99]),
    ]
    attacker = Attacker({word: word for word in known})
    table = cdist(asked, known, scorer=OSA.distance)
    assert attacker.beside(asked) == float((table.min(axis=1) <= 1).mean()) > 0
