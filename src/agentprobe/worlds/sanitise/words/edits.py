"""Typing errors as scripts: what makes one word of another, and the same done to the other's pseudonym."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from agentprobe.worlds.sanitise.words.chance import shuffled
from agentprobe.worlds.sanitise.words.letters import alphabet

SUBSTITUTION, INSERTION, DELETION, TRANSPOSITION = "substitution", "insertion", "deletion", "transposition"
_WHOLE = 6
"""Up to so many letters an edit may move within the whole word; in longer ones a beginning of four stays."""


class Edit(NamedTuple):
    """One step: at a place of the original word, with the letter that comes in."""

    kind: str
    place: int
    letter: str = ""


def script(word: str, variant: str) -> tuple[Edit, ...]:
    """The fewest steps from a word to its variant, places counted in the word, the last first.

    Optimal string alignment: Damerau's four operations, no part edited twice (Boytsov 2011).
    """
    shorter = min(len(word), len(variant))
    start = 0
    while start < shorter and word[start] == variant[start]:
        start += 1
    end, rest = 0, shorter - start
    while end < rest and word[-1 - end] == variant[-1 - end]:
        end += 1
    ours, theirs = word[start : len(word) - end], variant[start : len(variant) - end]
    return tuple(Edit(kind, place + start, letter) for kind, place, letter in _aligned(ours, theirs))


def _aligned(ours: str, theirs: str) -> list[Edit]:
    if len(ours) + len(theirs) == 1:
        return [Edit(DELETION, 0)] if ours else [Edit(INSERTION, 0, theirs)]
    if len(ours) == len(theirs) == 1:
        return [Edit(SUBSTITUTION, 0, theirs)]
    if len(ours) == 2 and ours == theirs[::-1]:
        return [Edit(TRANSPOSITION, 0)]
    costs = _costs(ours, theirs)
    steps: list[Edit] = []
    row, column = len(ours), len(theirs)
    while row or column:
        step, row, column = _step_back(ours, theirs, costs, row, column)
        if step is not None:
            steps.append(step)
    return steps


def _costs(ours: str, theirs: str) -> list[list[int]]:
    costs = [[row + column for column in range(len(theirs) + 1)] for row in range(len(ours) + 1)]
    for row in range(1, len(ours) + 1):
        for column in range(1, len(theirs) + 1):
            changed = costs[row - 1][column - 1] + (ours[row - 1] != theirs[column - 1])
            best = min(changed, costs[row - 1][column] + 1, costs[row][column - 1] + 1)
            if _swapped(ours, theirs, row, column):
                best = min(best, costs[row - 2][column - 2] + 1)
            costs[row][column] = best
    return costs


def _swapped(ours: str, theirs: str, row: int, column: int) -> bool:
    return (
        row > 1
        and column > 1
        and ours[row - 1] != ours[row - 2]
        and ours[row - 2 : row] == theirs[column - 2 : column][::-1]
    )


def _step_back(
    ours: str, theirs: str, costs: list[list[int]], row: int, column: int
) -> tuple[Edit | None, int, int]:
    here = costs[row][column]
    if row and column and ours[row - 1] == theirs[column - 1] and costs[row - 1][column - 1] == here:
        return None, row - 1, column - 1
    if _swapped(ours, theirs, row, column) and costs[row - 2][column - 2] + 1 == here:
        return Edit(TRANSPOSITION, row - 2), row - 2, column - 2
    if row and column and costs[row - 1][column - 1] + 1 == here:
        return Edit(SUBSTITUTION, row - 1, theirs[column - 1]), row - 1, column - 1
    if row and costs[row - 1][column] + 1 == here:
        return Edit(DELETION, row - 1), row - 1, column
    return Edit(INSERTION, row, theirs[column - 1]), row, column - 1


def transferred(key: bytes, word: str, image: str, edits: tuple[Edit, ...], *, attempt: int = 0) -> str:
    """The pseudonym of a variant: the steps that made it, done to the pseudonym of the word.

    Which letter comes in is decided by a permutation of the key's, one for each place of each word, and the
    place by another: who knows the word and sees both pseudonyms still cannot read the variant.
    """
    steps = [(_place(key, word, edit, attempt), edit) for edit in edits]
    if len(steps) > 1 and not _apart([place for place, _ in steps]):
        steps = [(edit.place, edit) for edit in edits]
    written = image
    for place, edit in sorted(steps, reverse=True):
        written = _done(key, word, written, place, edit, attempt)
    return written


def _apart(places: list[int]) -> bool:
    ordered = sorted(places)
    return all(later - earlier > 1 for earlier, later in pairwise(ordered))


def _done(key: bytes, word: str, image: str, place: int, edit: Edit, attempt: int) -> str:
    if edit.kind == DELETION:
        return image[:place] + image[place + 1 :]
    if edit.kind == TRANSPOSITION:
        return image[:place] + image[place : place + 2][::-1] + image[place + 2 :]
    if edit.kind == SUBSTITUTION:
        stays, becomes = word[edit.place], image[place : place + 1]
        plain = alphabet(stays)
        letters = _letters(key, plain, word, edit.kind, edit.place, attempt)
        return image[:place] + _instead(plain, letters, edit.letter, stays, becomes) + image[place + 1 :]
    plain = alphabet(edit.letter)
    letters = _letters(key, plain, word, edit.kind, edit.place, attempt)
    return image[:place] + _instead(plain, letters, edit.letter) + image[place:]


@lru_cache(maxsize=1 << 14)
def _letters(key: bytes, plain: str, word: str, kind: str, place: int, attempt: int) -> list[str]:
    """A permutation of the alphabet for one place of one word."""
    return shuffled(key, plain, "letters", word, kind, place, attempt)


def _instead(plain: str, letters: list[str], letter: str, stays: str = "", becomes: str = "") -> str:
    """What a letter becomes; the word's own one becomes its image's, and what would have become that, changes
    places with it."""
    at = plain.find(letter)
    if at < 0:
        return letter
    if not stays or not becomes or stays not in plain or becomes not in plain:
        return letters[at]
    if letter == stays:
        return becomes
    return letters[plain.index(stays)] if letters[at] == becomes else letters[at]


def _place(key: bytes, word: str, edit: Edit, attempt: int) -> int:
    places = len(word) + (edit.kind == INSERTION) - (edit.kind == TRANSPOSITION)
    return _places(key, word, edit.kind, places, attempt)[edit.place] if edit.place < places else edit.place


@lru_cache(maxsize=1 << 14)
def _places(key: bytes, word: str, kind: str, count: int, attempt: int) -> list[int]:
    """A permutation of the places of a word: within the beginning, and within the rest."""
    if count <= _WHOLE:
        return shuffled(key, range(count), "places", word, kind, attempt)
    return [
        *shuffled(key, range(4), "places", word, kind, attempt, "beginning"),
        *shuffled(key, range(4, count), "places", word, kind, attempt, "rest"),
    ]
