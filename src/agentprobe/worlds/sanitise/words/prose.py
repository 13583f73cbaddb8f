"""Free text: what is public stays, everything else is replaced, by form or word for word."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.sanitise.words.book import DIGITS, Book
from agentprobe.worlds.sanitise.words.chance import shuffled
from agentprobe.worlds.sanitise.words.composed import EMAIL, IPV4, IPV6, URL, Composer
from agentprobe.worlds.sanitise.words.letters import WORD, plain
from agentprobe.worlds.sanitise.words.lexicon import parted
from agentprobe.worlds.sanitise.words.pieces import pc
from agentprobe.worlds.sanitise.words.public import COMMON_WORDS, FUNCTION_WORDS, JUNK, PARTICLES, TITLES

LONG = 7
"""Digits in a row, whatever stands between, that are one number: a phone, an account, a card."""
_BETWEEN = r"[ \t.()/\-\u00a0]{1,3}"
_SPREAD = re.compile(rf"(?:[A-Z]{{2}})?\d(?:(?:{_BETWEEN})?[\dA-Z](?![a-z])){{5,40}}")
_SPREAD_RE2 = r"\d(?:[ \t.()/\-\x{a0}]{1,3}[A-Z]*\d+)+"
_GLUE, _BLANK = "\ue000", re.compile(r"[ \t\u00a0]")
_DATE = re.compile(r"(?<!\d)(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/.])(\d{1,2})\6(\d{4}))(?!\d)")
_OF_FORM = (URL, EMAIL, IPV4, IPV6)
_SIGNS = (("://", "www.", "WWW."), "@", ".", ":")
"""What a piece of each form has in it: looked for first, since that is quick."""


class Prose:
    """Replaces in running text; fail closed: a word stays only where everybody could have written it."""

    def __init__(
        self, key: bytes, book: Book, composer: Composer, *, kept: AbstractSet[str], usual: AbstractSet[str]
    ) -> None:
        """`kept` are words and numbers of many texts, `usual` common words that are hardly ever names."""
        self._key = key
        self._book = book
        self._composer = composer
        self._kept = kept
        self._usual = usual

    def piece(self, piece: str) -> str:
        """What stands instead of a piece between blanks."""
        if piece.isalpha():
            return self._word(piece)
        if piece.isdigit():
            return self._number(piece) if len(piece) < LONG else self._book.digits(piece)
        for form, signs, replace in zip(_OF_FORM, _SIGNS, self._forms(), strict=True):
            found = form.search(piece) if any(sign in piece for sign in signs) else None
            if found is not None:
                before, after = piece[: found.start()], piece[found.end() :]
                tail = found.group()[len(found.group().rstrip(".,;:!?)'")) :]
                inside = found.group()[: len(found.group()) - len(tail)]
                return self.piece(before) + replace(inside) + tail + self.piece(after)
        numbers = self._book.digits if sum(map(str.isdigit, piece)) >= LONG else self._number
        return self._dates(piece, numbers)

    def _forms(self) -> tuple[Callable[[str], str], ...]:
        return self._composer.url, self._composer.email, self._composer.ip, self._composer.ip

    def _dates(self, piece: str, numbers: Callable[[str], str]) -> str:
        found = _DATE.search(piece)
        if found is None:
            changed = WORD.sub(lambda one: self._word(one.group()), piece)
            return (
                DIGITS.sub(lambda run: numbers(run.group()), changed) if DIGITS.search(changed) else changed
            )
        before, after = piece[: found.start()], piece[found.end() :]
        return self._dates(before, numbers) + self._date(found) + self._dates(after, numbers)

    def _date(self, found: re.Match[str]) -> str:
        """Another day of the same year, written alike; the same day becomes the same day."""
        year, first, month, day, day2, second, month2, year2 = found.groups()
        told = (int(year or year2), int(month or month2), int(day or day2))
        try:
            when = date(*told)
        except ValueError:
            return DIGITS.sub(lambda run: self._book.digits(run.group()), found.group())
        start = date(when.year, 1, 1)
        order = shuffled(self._key, range(365), "day", when.year)
        place = (when - start).days
        other = start + timedelta(order[place] if place < 365 else place)
        wide = len(day or day2), len(month or month2)
        days, months = str(other.day).zfill(wide[0]), str(other.month).zfill(wide[1])
        if year:
            return f"{year}{first}{months}{first}{days}"
        return f"{days}{second}{months}{second}{year2}"

    def _number(self, run: str) -> str:
        """A number that many texts have stays; another becomes none of these."""
        if run in self._kept:
            return run
        found = self._book.digits(run)
        while found in self._kept:
            found = self._book.digits(found)
        return found

    def _word(self, word: str) -> str:
        stem, ending = parted(word)
        key = plain(stem)
        return word if self._stays(key, stem) else self._book.word(stem) + ending

    def _stays(self, key: str, word: str) -> bool:
        if key in TITLES:
            return True
        if key in self._book:
            return word.islower() and (key in FUNCTION_WORDS or key in PARTICLES or key in self._usual)
        return key in COMMON_WORDS or key in self._kept or key in JUNK

    def glued(
        self, texts: pa.Array[Any], many: NDArray[np.bool_] | None = None
    ) -> tuple[pa.Array[Any], bool]:
        """The texts with the blanks inside long numbers closed up, so that each number is one piece.

        `many` says which rows have `LONG` digits and more; without it all are looked at.
        """
        wanted = np.zeros(len(texts), bool)
        rows = np.arange(len(texts)) if many is None else np.flatnonzero(many)
        found = pc.match_substring_regex(pc.take(texts, rows) if many is not None else texts, _SPREAD_RE2)
        wanted[rows] = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
        if not wanted.any():
            return texts, False
        mask = pa.array(wanted)
        told: list[Any] = texts.filter(mask).to_pylist()
        closed = pa.array([_closed(text) for text in told], pa.string())
        return pc.replace_with_mask(texts, mask, closed), True


def opened(texts: pa.Array[Any]) -> pa.Array[Any]:
    """The texts with blanks where `glued` closed them up."""
    found: pa.Array[Any] = pc.replace_substring(texts, _GLUE, " ")
    return found


def _closed(text: str) -> str:
    def close(found: re.Match[str]) -> str:
        run = found.group()
        return _BLANK.sub(_GLUE, run) if sum(map(str.isdigit, run)) >= LONG else run

    return _SPREAD.sub(close, text)
