"""All words of a snapshot with how often they stand where: what pseudonyms are decided from."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.sanitise.words.forest import parents
from agentprobe.worlds.sanitise.words.letters import APOSTROPHES, PLAIN, WORD, plain
from agentprobe.worlds.sanitise.words.levels import Level
from agentprobe.worlds.sanitise.words.pseudonyms import Entry, related
from agentprobe.worlds.sanitise.words.public import (
    COMMON_WORDS,
    ENDINGS,
    FREEMAIL,
    HOST_LABELS,
    JUNK,
    PROVIDERS,
    TOP_LEVEL,
)

LOCAL, TEXT = "local", "text"
"""Domains of words in e-mail and user names, and in free text: most are made of words of the others."""
KEPT_AT = 50
"""A word that is no name stays when so many texts have it, mostly in small letters."""
_STEM = 3
_REMEMBERED = 1 << 20
SHORT_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")


def parted(word: str) -> tuple[str, str]:
    """A word without the ending of its genitive, and that ending: `Smith` and `'s`."""
    if len(word) > 2 and word[-1] in "sS" and word[-2] in APOSTROPHES:
        return word[:-2], word[-2:]
    return word, ""


@dataclass
class Lexicon:
    """Counts of plain words by domain; filled in the first pass."""

    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rows: Counter[str] = field(default_factory=Counter)
    """In how many texts a word stands, as a word in small letters or as a number."""
    capital: Counter[str] = field(default_factory=Counter)
    """In how many texts it stands with a capital."""
    _seen: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(
        self, domain: str, pieces: Iterable[str], counts: Iterable[int], kept: frozenset[str] = frozenset()
    ) -> None:
        """Count the words of some pieces; a word of `kept` is rare as a name, and then stands alone.

        It counts once in all if nothing else does (see `close`), wherever batches end.
        """
        counted = self.counts[domain]
        before, seen = counted.get, self._seen.get
        for piece, count in zip(pieces, counts, strict=True):
            if piece.startswith("@"):
                self._add_host(piece, count)
                continue
            for key in seen(piece) or self._words(piece):
                counted[key] = before(key, 0) + (0 if key in kept else count)

    def close(self) -> None:
        """Say that everything is counted: a word that was only kept counts once."""
        for counted in self.counts.values():
            for word in [word for word, count in counted.items() if not count]:
                counted[word] = 1

    def _add_host(self, piece: str, count: int) -> None:
        for key in self._words(piece):
            if key not in HOST_WORDS:
                self.counts[LOCAL][key] += count

    def add_prose(self, pieces: Sequence[str], counts: Sequence[int], rows: Sequence[int]) -> None:
        """Count the words of pieces of free text: how often, and in how many texts, each stands."""
        counted = self.counts[TEXT]
        for piece, count, having in zip(pieces, counts, rows, strict=True):
            capital = piece[:1].isupper()
            for key in self._words(piece):
                counted[key] += count
                self.rows[key] += having
                if capital:
                    self.capital[key] += having
            for run in SHORT_NUMBER.findall(piece):
                self.rows[run] += having

    def strange(self, pieces: Sequence[str]) -> NDArray[np.bool_]:
        """Which pieces have a word or a number that not everybody knows."""
        return np.fromiter(
            (not set(self._words(piece)) <= COMMON_WORDS or piece.isdigit() for piece in pieces), bool
        )

    def _words(self, piece: str) -> tuple[str, ...]:
        found = self._seen.get(piece)
        if found is None:
            core = piece.rstrip()
            # most pieces are one plain word: no need to look for others
            single = core.isascii() and core.isalpha()
            keys = [core.lower()] if single else [plain(parted(word)[0]) for word in WORD.findall(piece)]
            found = tuple([key for key in keys if key not in JUNK])
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            self._seen[piece] = found
        return found

    def named(self) -> Counter[str]:
        """The words of everything but free text, with their counts."""
        found: Counter[str] = Counter()
        for domain, counted in self.counts.items():
            if domain == LOCAL:
                found.update({word: count for word, count in counted.items() if word not in COMMON_WORDS})
            elif domain != TEXT:
                found.update(counted)
        return found

    def kept(self, named: Mapping[str, int]) -> frozenset[str]:
        """Words and numbers, not `named`, that so many texts have that they say nothing of anybody."""
        return frozenset(
            word
            for word, rows in self.rows.items()
            if rows >= KEPT_AT and word not in named and self.capital[word] * 4 <= rows and len(word) < 24
        )

    def usual(self, named: Mapping[str, int]) -> frozenset[str]:
        """Common words that stand in names too, but in texts so often that there they are no names."""
        return frozenset(
            word
            for word in COMMON_WORDS & named.keys()
            if self.rows[word] >= KEPT_AT and self.rows[word] >= 20 * named[word]
        )

    def entries(
        self, level: Callable[[str], Level], named: Counter[str], kept: frozenset[str]
    ) -> list[Entry]:
        """All words that want a pseudonym, the most frequent first, with what they are variants of."""
        total = named.copy()
        for word, count in self.counts[TEXT].items():
            if word in named or not (word in COMMON_WORDS or word in kept):
                total[word] += count
        total.update(dict.fromkeys(PLAIN - total.keys(), 0))
        total.update(dict.fromkeys(FREEMAIL, 1 << 40))
        levels = self._levels(total, level)
        words = sorted(sorted(total), key=total.__getitem__, reverse=True)
        kin = self._kin(words, total, levels)
        return [Entry(word, total[word], levels[word], *kin.get(word, ((), ""))) for word in words]

    def _levels(self, words: Iterable[str], level: Callable[[str], Level]) -> dict[str, Level]:
        """The strictest level of the domains that a word stands in."""
        found: dict[str, Level] = {}
        for domain in sorted(self.counts, key=level, reverse=True):
            found |= dict.fromkeys(self.counts[domain], level(domain))
        rest = level(TEXT)
        return {word: found.get(word, rest) for word in words}

    def _kin(
        self, words: Sequence[str], total: Mapping[str, int], levels: Mapping[str, Level]
    ) -> dict[str, tuple[tuple[str, ...], str]]:
        names = {
            word for domain, counted in self.counts.items() if domain not in (LOCAL, TEXT) for word in counted
        }
        near = [word for word in words if levels[word].edges]
        made = {
            word: parts
            for word in near
            if word not in names and (parts := self._made_of(word, names, total)) is not None
        }
        counts = {word: total[word] for word in near}
        variants = np.fromiter((word not in made for word in near), bool, len(near))
        elders = related(counts, parents(near, list(counts.values()), variants), near)
        return {
            **{word: ((elder,), tie) for word, (elder, tie) in elders.items()},
            **dict.fromkeys(FREEMAIL, ((), "kept")),
            **made,
        }

    def _made_of(
        self, word: str, names: set[str], total: Mapping[str, int]
    ) -> tuple[tuple[str, ...], str] | None:
        """What a word outside names is put together from: `jsmith`, `johnsmith`, `smiths`."""
        if word.endswith(ENDINGS) and word in self.counts[TEXT]:
            for ending in ENDINGS:
                stem = word[: -len(ending)]
                if word.endswith(ending) and len(stem) >= _STEM and stem in names:
                    return (stem,), "ending"
        size = len(word)
        if size <= _STEM:
            return None
        # looked at one after the other: most beginnings are no name
        places = [
            place
            for place in range(_STEM, size - _STEM + 1)
            if word[:place] in names and word[place:] in names
        ]
        places += [place for place in (1, size - 1) if _initial(word, place, names)]
        best = max(
            ((_rarest(word, place, total), word[:place], word[place:]) for place in places), default=None
        )
        return (best[1:], "compound") if best is not None else None


def _initial(word: str, place: int, names: set[str]) -> bool:
    """Is it a name with one letter before or behind it?"""
    first, rest = word[:place], word[place:]
    letter, name = (first, rest) if place == 1 else (rest, first)
    return letter in PLAIN and name in names


def _rarest(word: str, place: int, total: Mapping[str, int]) -> int:
    """How often the rarer of two names stands; a single letter is none."""
    return min(total[part] for part in (word[:place], word[place:]) if len(part) > 1)


RESERVED = COMMON_WORDS | JUNK | PROVIDERS
"""No pseudonym is one of these."""
HOST_WORDS = TOP_LEVEL | HOST_LABELS | PROVIDERS | FREEMAIL
"""Parts of hosts that are nobody's own."""
