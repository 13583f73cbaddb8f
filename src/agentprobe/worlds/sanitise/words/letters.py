"""Words apart from how they are written: their plain letters, and the capitals, accents and signs on top."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0670\u3099\u309a"
WORD = re.compile(rf"(?:[^\W\d_][{MARKS}]*)+(?:['’ʼ`](?=[^\W\d_])(?:[^\W\d_][{MARKS}]*)+)*")
"""A word: letters with their marks, apostrophes inside (O'Brien is one word, Anne-Marie two)."""
APOSTROPHES = "'’ʼ`"
_STROKES = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ß": "s",
    "æ": "a",
    "œ": "e",
    "þ": "t",
    "ð": "h",
    "ı": "i",
    "ħ": "h",
}
_OVER = {letter: chr(0x335 + place) for place, letter in enumerate(_STROKES)}
"""Letters that are no letter with a mark are told apart by a mark of our own, so that ø and ö stay two."""
_WIDE = "\u0340"
_FULL = {chr(0xFF41 + place): chr(97 + place) for place in range(26)}
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz")


@lru_cache(maxsize=1 << 16)
def taken_apart(char: str) -> tuple[str, str, bool]:
    """A letter's plain form, the marks on it, and whether it is a capital."""
    lower = char.lower()
    upper = lower != char and len(lower) == 1 and lower.upper() == char
    if not upper:
        lower = char
    if lower in _STROKES:
        return _STROKES[lower], _OVER[lower], upper
    if lower in _FULL:
        return _FULL[lower], _WIDE, upper
    parts = unicodedata.normalize("NFD", lower)
    if parts[0] in PLAIN and unicodedata.normalize("NFC", parts) == lower:
        return parts[0], parts[1:], upper
    return lower, "", upper


def put_together(letter: str, marks: str, upper: bool) -> str:
    """A letter with its marks and its case: what `taken_apart` undoes."""
    if marks == _WIDE and letter in PLAIN:
        return chr(ord(letter) + 0xFEC0 + (0x20 if not upper else 0))
    cased = letter.upper() if upper and len(letter.upper()) == 1 else letter
    return unicodedata.normalize("NFC", cased + marks) if marks else cased


@lru_cache(maxsize=1 << 18)
def plain(word: str) -> str:
    """The key of a word in the lexicon: small letters without marks and apostrophes."""
    if word.isascii():
        return word.lower().replace("'", "").replace("`", "")
    return "".join(taken_apart(char)[0] for char in word if not _mark(char) and char not in APOSTROPHES)


def rewritten(word: str, letters: str) -> str:
    """Other letters, written as a word is written: its capitals, marks and apostrophes at their places."""
    if len(letters) == len(word) and word.isascii():
        if word.islower():
            return letters
        if word[0].isupper() and word[1:].islower():
            return letters[0].upper() + letters[1:]
        if word.isupper() and letters.isascii():
            return letters.upper()
    return _letter_by_letter(word, letters)


def _letter_by_letter(word: str, letters: str) -> str:
    written: list[str] = []
    place = 0
    last_upper = False
    for char in word:
        if _mark(char) or char in APOSTROPHES:
            written.append(char)
            continue
        _, marks, last_upper = taken_apart(char)
        if place < len(letters):
            written.append(put_together(letters[place], marks, last_upper))
        place += 1
    rest = letters[place:]
    return "".join(written) + (rest.upper() if last_upper and word.isupper() and len(word) > 1 else rest)


@lru_cache(maxsize=1 << 12)
def _mark(char: str) -> bool:
    return unicodedata.combining(char) != 0


@lru_cache(maxsize=1 << 14)
def alphabet(char: str) -> str:
    """The letters of a script that may stand where a letter of it stands; public knowledge alone."""
    if char in PLAIN:
        return "abcdefghijklmnopqrstuvwxyz"
    for first, last in _RANGES:
        if first <= char <= last:
            return _span(first, last)
    start = ord(char) & ~0x7F
    kind = unicodedata.category(char)
    near = "".join(chr(code) for code in range(start, start + 128) if _alike(chr(code), kind))
    return near if len(near) >= 8 else "abcdefghijklmnopqrstuvwxyz"


def _alike(char: str, kind: str) -> bool:
    """Letters of one kind, without those that another way of writing would change."""
    return (
        unicodedata.category(char) == kind
        and unicodedata.normalize("NFC", char) == char
        and (char.lower() == char)
        and taken_apart(char) == (char, "", False)
    )


_RANGES = (
    ("α", "ω"),
    ("а", "я"),
    ("א", "ת"),
    ("ا", "غ"),
    ("ぁ", "ん"),
    ("ァ", "ン"),
    ("一", "龥"),
    ("가", "힣"),
)


@lru_cache(maxsize=len(_RANGES))
def _span(first: str, last: str) -> str:
    return "".join(chr(code) for code in range(ord(first), ord(last) + 1) if chr(code) not in "ςאּ")
