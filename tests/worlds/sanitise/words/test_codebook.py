"""What words share their images share, and rare words are not read from what they share."""

from __future__ import annotations

from agentprobe.worlds.sanitise.words.codebook import Codebook
from agentprobe.worlds.sanitise.words.levels import Level
from agentprobe.worlds.sanitise.words.pseudonyms import Entry, Pseudonyms

KEY = b"k" * 32


def test_a_shared_part_has_one_image_wherever_it_stands() -> None:
    book = Codebook(KEY, ["hartington", "wellington", "kensington"], 4, {})
    images = [book.image(word, common=True) for word in ("hartington", "wellington", "kensington")]
    assert len({image[-6:] for image in images}) == 1
    assert len({image[:3] for image in images}) == 3


def test_a_long_shared_part_holds_the_image_of_a_short_one_that_more_share() -> None:
    words = ["tomlinson", "rollins", "collins", "mullins", "linsford"]
    book = Codebook(KEY, words, 4, {})
    images = {word: book.image(word, common=True) for word in words}
    lins = images["linsford"][:4]
    assert images["collins"][1:] == images["rollins"][1:]
    assert images["collins"].endswith(lins)
    assert images["tomlinson"][3:7] == lins


def test_a_rare_word_keeps_letters_that_no_frequent_word_tells() -> None:
    words = ["hartwell", "hartford", "bromwell", "bromford"]
    book = Codebook(KEY, words, 4, {})
    for word in words[:3]:
        book.image(word, common=True)
    rare = Codebook(KEY, words, 4, {})
    rare.image("hartwell", common=True)
    known = rare.image("hartford", common=True), rare.image("bromwell", common=True)
    open_to_all = known[1][:4] + known[0][4:]
    found = rare.image("bromford")
    assert found[:3] == open_to_all[:3]
    assert sum(one != two for one, two in zip(found, open_to_all, strict=True)) >= 2


def test_kin_that_turns_in_a_circle_is_cut() -> None:
    entries = [
        Entry("alec", 3, Level.M5, ("alex",), "nickname"),
        Entry("alex", 3, Level.M5, ("alec",), "nickname"),
    ]
    found = Pseudonyms(KEY, entries, frozenset()).images
    assert len(set(found.values())) == 2


def test_more_short_words_than_there_are_nice_ones_still_differ() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [one + two for one in letters for two in letters]
    found = Pseudonyms(KEY, [Entry(word, 1, Level.M5) for word in words], frozenset()).images
    assert len(set(found.values())) == len(words)
    assert {len(image) for image in found.values()} == {2}
