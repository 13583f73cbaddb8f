"""Parts that words share keep one image, so that a search for a part finds as many words as in production."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from agentprobe.worlds.sanitise.words.model import spelt

LONGEST = 12
BEGINNING = 3
"""So many first letters are shared by all words that begin the same: searches for beginnings are frequent."""
_TRIES = 20
_UNREAD = 2
"""So many letters of a rare word stay its own: it must not be read from parts of frequent words."""


class Codebook:
    """The images of shared parts, and of words as put together from them.

    A part's image contains the images of those parts of it that still more words share, so that both the
    long and the short one are found as often as before; letters in no shared part are the word's own.
    """

    def __init__(self, key: bytes, words: Sequence[str], fewest: int, first: Mapping[str, str]) -> None:
        self._key = key
        self._fewest = fewest
        self._first = first
        self._shared = _shared(words, fewest)
        self._images: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._taken: set[str] = set()
        self._read: set[str] = set()
        self._beginnings: dict[str, str] = {}

    def image(self, word: str, *, attempt: int = 0, common: bool = False) -> str:
        """The pseudonym of a word; parts of `common` ones count as known to whoever attacks."""
        written, owners = self._put_together(word, attempt)
        if common:
            self._read.update(owners)
            return written
        return self._unreadable(word, written, owners, attempt)

    def _unreadable(self, word: str, written: str, owners: Sequence[str], attempt: int) -> str:
        """Make letters the word's own, from its end, until enough of them are read from no frequent word."""
        letters = list(written)
        own = [owner == word or owner not in self._read for owner in owners]
        begun = max(1, min(BEGINNING, len(word) - 1))
        wanted = min(_UNREAD, len(word) - begun)
        if sum(own[begun:]) >= wanted:
            return written
        fresh = spelt(self._key, word, "own", word, attempt=attempt)
        for place in range(len(word) - 1, begun - 1, -1):
            if not own[place]:
                letters[place], own[place] = fresh[place], True
            if sum(own[begun:]) >= wanted:
                break
        return "".join(letters)

    def _put_together(self, text: str, attempt: int = 0) -> tuple[str, tuple[str, ...]]:
        written, owners = "", []
        place = 0
        for start, part in self._cover(text):
            gap = text[place:start]
            written += self._own(text, gap, written, attempt)
            image, whose = self._part(part)
            written += image
            owners += [text] * len(gap) + list(whose)
            place = start + len(part)
        rest = text[place:]
        return written + self._own(text, rest, written, attempt), (*owners, *[text] * len(rest))

    def _own(self, text: str, gap: str, before: str, attempt: int) -> str:
        if not gap:
            return ""
        head = self._begun(gap) if not before else ""
        rest = gap[len(head) :]
        return head + spelt(self._key, rest, "own", text, len(before), before=before + head, attempt=attempt)

    def _begun(self, text: str) -> str:
        """The image of a beginning: its first letter's, then what its first two and three letters share."""
        begun = text[: max(1, min(BEGINNING, len(text) - 1))]
        found = self._beginnings.get(begun)
        if found is None:
            found = self._first.get(begun[0], "")
            for place in range(1, len(begun) if found else 0):
                found += spelt(self._key, begun[place], "begun", begun[: place + 1], before=found)
            self._beginnings[begun] = found
        return found

    def _part(self, part: str) -> tuple[str, tuple[str, ...]]:
        found = self._images.get(part)
        if found is None:
            for attempt in range(_TRIES):
                found = self._put_together(part, attempt)
                if found[0] not in self._taken:
                    break
            assert found is not None
            self._taken.add(found[0])
            self._images[part] = found
        return found

    def _cover(self, text: str) -> list[tuple[int, str]]:
        """Shared parts of a text that do not overlap: the beginning first, then the longest."""
        chosen: list[tuple[int, str]] = []
        free = [True] * len(text)
        for _, _, _, start, end in self._choices(text):
            if all(free[start:end]):
                chosen.append((start, text[start:end]))
                free[start:end] = [False] * (end - start)
        return sorted(chosen)

    def _choices(self, text: str) -> list[tuple[bool, int, int, int, int]]:
        """Where parts stand that more words share than share the text, in the order of their being chosen."""
        times_of, size = self._shared.get, len(text)
        support = times_of(text, 1)
        found = []
        for start in range(size - self._fewest + 1):
            for end in range(start + self._fewest, min(size, start + LONGEST) + 1):
                times = times_of(text[start:end], 0)
                if times <= support:
                    break  # no more words share what is longer
                found.append((start > 0, start - end, -times, start, end))
        found.sort()
        return found


def _shared(words: Sequence[str], fewest: int) -> dict[str, int]:
    """The parts that several words have, with how many have each.

    Length by length: what is longer is shared only where what it begins with is (apriori, Agrawal and
    Srikant 1994), so that the many parts of one word are never held.
    """
    found: dict[str, int] = {}
    going: list[tuple[str, Sequence[int]]] = [
        (word, range(len(word) - fewest + 1)) for word in words if len(word) >= fewest
    ]
    for size in range(fewest, LONGEST + 1):
        counted = Counter(
            chain.from_iterable({word[start : start + size] for start in starts} for word, starts in going)
        )
        level = {part: support for part, support in counted.items() if support > 1}
        found |= level
        going = [(word, longer) for word, starts in going if (longer := _longer(word, starts, size, level))]
    return found


def _longer(word: str, starts: Sequence[int], size: int, level: Mapping[str, int]) -> Sequence[int]:
    last = len(word) - size
    return [start for start in starts if start < last and word[start : start + size] in level]
