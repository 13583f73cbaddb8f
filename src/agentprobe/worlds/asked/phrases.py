"""The runs of words in a question that may be values of a world: names, towns, words of a status, days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

LONGEST = 6
"""A value of more words is not looked for."""
_WORD = re.compile(r"[^\s“”\"«»()\[\],;:!?]+")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_SPELLED = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3,9})\.?,? (\d{4})\b")
_BACKWARD = re.compile(r"\b([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b")


@dataclass(frozen=True)
class Phrases:
    """A question, cut into what may be looked up."""

    prompt: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words without marks around them; a possessive ending is no part of a name."""
        found = (re.sub(r"['’]s$", "", word.strip(".'’")) for word in _WORD.findall(self.prompt))
        return tuple(word for word in found if word)

    @cached_property
    def runs(self) -> dict[str, str]:
        """Every run of words without capitals, and as it is written in the question."""
        return {
            run.casefold(): run
            for first in range(len(self.words))
            for many in range(1, LONGEST + 1)
            if first + many <= len(self.words)
            for run in [" ".join(self.words[first : first + many])]
        }

    def proper(self, run: str) -> bool:
        """Is a run written as a name is, with capitals, or of a script that has none?"""
        written = self.runs[run]
        return all(word[0] == word[0].upper() for word in written.split() if word[0].isalpha())

    @cached_property
    def days(self) -> frozenset[date]:
        """The days that it speaks of."""
        return frozenset(_days(self.prompt))


def _days(text: str) -> Iterator[date]:
    for found in _ISO.finditer(text):
        yield from _day(int(found[1]), int(found[2]), int(found[3]))
    for found in _SPELLED.finditer(text):
        yield from _day(int(found[3]), _MONTHS.get(found[2].lower(), 0), int(found[1]))
    for found in _BACKWARD.finditer(text):
        yield from _day(int(found[3]), _MONTHS.get(found[1].lower(), 0), int(found[2]))


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
