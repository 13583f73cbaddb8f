"""Dirt in a small vocabulary: how a rare value differs from a frequent one, and the same dirt made anew."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from agentprobe.worlds.keyed import Keyed

MOST_COMPARED = 2_000
"""Typing errors are looked for among so many frequent values."""


def plain(text: str) -> str:
    """A value without what blanks, capitals and punctuation around it add."""
    return " ".join(text.split()).casefold().strip(".,;:!\"'")


class Dirt:
    """Knows a column's frequent values and finds what a rare one is a dirty spelling of."""

    def __init__(self, frequent: Sequence[str]) -> None:
        self._frequent = [one for one in frequent if one.strip()][:MOST_COMPARED]
        self._spelled: dict[str, str] = {}
        for one in self._frequent:
            self._spelled.setdefault(plain(one), one)

    def again(self, keyed: Keyed, text: str) -> str | None:
        """Other dirt of the same kind on the same frequent value; None where it resembles none.

        Blanks, capitals and broken encoding say nothing of anybody and are kept as they are.
        """
        if not text.strip():
            return text
        if plain(text) in self._spelled or self._is_mojibake(text):
            return text
        parent = self._nearest(text)
        return None if parent is None else _mistyped(keyed, text, parent)

    def _is_mojibake(self, text: str) -> bool:
        """Is it a frequent value in UTF-8 that was read as another encoding?"""
        for encoding in ("cp1252", "latin-1"):
            try:
                if plain(text.encode(encoding).decode("utf-8")) in self._spelled:
                    return True
            except UnicodeError:
                continue
        return "�" in text and any(_fits(text, one) for one in self._frequent)

    def _nearest(self, text: str) -> str | None:
        word = plain(text)
        most = 1 if len(word) < 7 else 2
        if len(word) < 3:
            return None
        found = extractOne(word, list(self._spelled), scorer=OSA.distance, score_cutoff=most)
        return self._spelled[found[0]] if found else None


def _fits(broken: str, whole: str) -> bool:
    """Is it the value but for characters that could not be read?"""
    kept = broken.split("�")
    return len(broken) >= len(whole) and whole.startswith(kept[0]) and whole.endswith(kept[-1])


def _mistyped(keyed: Keyed, text: str, parent: str) -> str:
    """A typing error in `parent` of the kind that `text` has, at a place that the key chooses."""
    chance = keyed.bytes_of(b"typo" + text.encode("utf-8", "surrogatepass"), 4)
    difference = len(plain(text)) - len(plain(parent))
    place = 1 + chance[0] % max(len(parent) - 2, 1)
    letter = chr(ord("a") + chance[1] % 26)
    letter = letter.upper() if parent[place : place + 1].isupper() else letter
    if difference > 0:
        made = parent[:place] + letter + parent[place:]
    elif difference < 0:
        made = parent[:place] + parent[place + 1 :]
    elif sorted(plain(text)) == sorted(plain(parent)):
        made = parent[:place] + parent[place : place + 2][::-1] + parent[place + 2 :]
    else:
        made = parent[:place] + letter + parent[place + 1 :]
    before, after = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
    return text[:before] + made.strip() + (text[-after:] if after else "")
