"""Every word's pseudonym: roots get letters of their own, variants what was done to their roots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentprobe.worlds.sanitise.words.chance import dice
from agentprobe.worlds.sanitise.words.codebook import Codebook
from agentprobe.worlds.sanitise.words.edits import script, transferred
from agentprobe.worlds.sanitise.words.levels import Level
from agentprobe.worlds.sanitise.words.model import every, initials, spelt
from agentprobe.worlds.sanitise.words.nicknames import FORMAL

COMMON = 50
"""A word so frequent counts as known to whoever attacks."""
_TRIES, _POLITE = 40, 24
_BEGINNING = 3
_ENDINGS = ("ie", "y", "s")


class Entry(NamedTuple):
    """A word that wants a pseudonym."""

    word: str
    times: int
    level: Level
    kin: tuple[str, ...] = ()
    """The word that it is a variant of, or the words that it is put together from."""
    tie: str = ""
    """How: `typo`, `nickname`, `ending`, `compound`; `kept` for what is public; empty for a root."""


class Pseudonyms:
    """Decides pseudonyms for a whole lexicon; the same key and the same lexicon decide the same."""

    def __init__(self, key: bytes, entries: Sequence[Entry], reserved: frozenset[str]) -> None:
        """`entries` come most frequent first; words of `reserved` are nobody's pseudonym."""
        self._key = key
        self._entries = {entry.word: entry for entry in entries}
        self._reserved = reserved
        self._first = initials(key)
        self._books = {level: self._codebook(entries, level) for level in (Level.M4, Level.M5)}
        self.images: dict[str, str] = {}
        self.images.update({entry.word: entry.word for entry in entries if entry.tie == "kept"})
        self._taken = set(self.images)
        for entry in entries:
            if not entry.tie:
                self._decide(entry)
        for entry in entries:
            self._follow(entry.word, frozenset())

    def _codebook(self, entries: Sequence[Entry], level: Level) -> Codebook | None:
        words = [entry.word for entry in entries if not entry.tie and entry.level == level]
        return Codebook(self._key, words, level.shared, self._first) if words else None

    def _follow(self, word: str, waiting: frozenset[str]) -> str:
        """A word's pseudonym, after those of its kin; a circle of kin is cut where it closes."""
        found = self.images.get(word)
        if found is not None:
            return found
        entry = self._entries[word]
        decided = tuple([self.images.get(one, "") for one in entry.kin])
        if "" not in decided:
            return self._decide(entry, decided)
        if waiting & set(entry.kin):
            return self._decide(entry._replace(kin=(), tie=""))
        kin = tuple(self._follow(one, waiting | {word}) for one in entry.kin)
        return self._decide(entry, kin)

    def _decide(self, entry: Entry, kin: tuple[str, ...] = ()) -> str:
        for attempt in range(_TRIES):
            image = self._image(entry, kin, attempt)
            if self._free(image, polite=attempt < _POLITE):
                break
        else:
            image = self._any(entry.word)
        self.images[entry.word] = image
        self._taken.add(image)
        return image

    def _free(self, image: str, *, polite: bool) -> bool:
        """Is it nobody's pseudonym and, as long as there is choice, no word of production or of everybody?"""
        if not image or image in self._taken:
            return False
        # Words of one and two letters are too few for all to be others' than production's.
        return len(image) <= 2 or not polite or not (image in self._entries or image in self._reserved)

    def _any(self, word: str) -> str:
        """What is left where chance finds nothing: words of few letters in order, others longer by one."""
        if len(word) <= 3:
            for image in every(word):
                if image not in self._taken:
                    return image
        attempt = 0
        while (image := spelt(self._key, word + word[-1:], "longer", word, attempt=attempt)) in self._taken:
            attempt += 1
        return image

    def _image(self, entry: Entry, kin: tuple[str, ...], attempt: int) -> str:
        word = entry.word
        if kin and attempt < _TRIES // 2:
            return self._kin(entry, kin, attempt)
        if entry.level == Level.M0:
            return self._unlike(word, attempt)
        book = self._books.get(entry.level)
        if book is not None and not kin:
            return book.image(word, attempt=attempt, common=entry.times >= COMMON)
        return self._spelt(word, attempt, prefix=_BEGINNING if entry.level == Level.M3 and not kin else 1)

    def _kin(self, entry: Entry, kin: tuple[str, ...], attempt: int) -> str:
        if entry.tie == "compound":
            return "".join(kin)
        if entry.tie == "ending":
            return kin[0] + entry.word[len(entry.kin[0]) :]
        if entry.tie == "nickname":
            return self._nickname(entry.word, entry.kin[0], kin[0], attempt)
        edits = script(entry.kin[0], entry.word)
        return transferred(self._key, entry.kin[0], kin[0], edits, attempt=attempt)

    def _nickname(self, short: str, formal: str, image: str, attempt: int) -> str:
        """What a short form shares with the formal name it shares here too, and its ending stays one."""
        start, end = _longest_common(short, formal)
        letters = list(self._spelt(short, attempt, prefix=1))
        if end - start >= 2:
            there = formal.index(short[start:end])
            letters[start:end] = image[there : there + end - start].ljust(end - start, "e")
        for ending in _ENDINGS:
            if short.endswith(ending) and len(short) - len(ending) >= max(2, end):
                letters[len(short) - len(ending) :] = ending
                break
        return "".join(letters)

    def _spelt(self, word: str, attempt: int, *, prefix: int) -> str:
        """Letters of a word's own; up to `prefix` of them shared by all words that begin the same."""
        written = ""
        if attempt < _POLITE:
            for place in range(min(prefix, len(word) - 1) if prefix > 1 else 1):
                begun = word[: place + 1]
                first = self._first.get(word[0], "") if place == 0 else ""
                written += first or spelt(self._key, word[place], "begun", begun, before=written)
        rest = word[len(written) :]
        return written + spelt(self._key, rest, "root", word, before=written, attempt=attempt)

    def _unlike(self, word: str, attempt: int) -> str:
        length = 5 + dice(self._key, "length", word)[0] % 5
        return spelt(self._key, "a" * length, "unlike", word, attempt=attempt)


def _longest_common(one: str, other: str) -> tuple[int, int]:
    """Where in the first word the longest part stands that the other has too."""
    for length in range(len(one), 0, -1):
        for start in range(len(one) - length + 1):
            if one[start : start + length] in other:
                return start, start + length
    return 0, 0


def related(
    counts: Mapping[str, int], place: Sequence[int], words: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """The kin of each word that has some, and how: nicknames first, then typing errors."""
    found = {word: (words[elder], "typo") for word, elder in zip(words, place, strict=True) if elder >= 0}
    for short, names in FORMAL.items():
        if short in counts:
            formal = max(names, key=lambda name: (counts.get(name, 0), name))
            if formal in counts:
                found[short] = (formal, "nickname")
    return found
