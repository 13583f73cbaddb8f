"""How a word is written is kept apart from its letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.worlds.sanitise.words.letters import WORD, alphabet, plain, rewritten


@pytest.mark.parametrize(
    "word", ["Smith", "SMITH", "McDonald", "O'Brien", "José", "ＳＭＩＴＨ", "Иванов", "d’Arc"]
)
def test_a_word_written_with_its_own_letters_is_itself(word: str) -> None:
    assert rewritten(word, plain(word)) == word


def test_capitals_and_accents_go_over_to_other_letters() -> None:
    assert rewritten("JOSÉ", "kavi") == "KAVÍ"
    assert rewritten("McDonald", "abcdefgh") == "AbCdefgh"
    assert plain("Müller") == plain("muller") == "muller"
    assert rewritten("Björn", "kalum") != rewritten("Bjørn", "kalum")


def test_a_decomposed_accent_stays_decomposed() -> None:
    assert plain("Jose\u0301") == "jose"
    assert rewritten("Jose\u0301", "kavi") == "Kavi\u0301"


@given(st.text())
def test_every_letter_of_a_text_is_in_a_word(text: str) -> None:
    rest = WORD.sub("", text)
    assert not any(char.isalpha() for char in rest)


@given(st.characters(categories=["Lu", "Ll", "Lo", "Lt", "Lm"]))
def test_every_letter_has_an_alphabet(char: str) -> None:
    assert len(alphabet(char)) >= 8
