"""Telephone numbers in running text: those that a column holds become what they become there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.sanitise.words.pieces import pc
from agentprobe.worlds.sanitise.words.sealed import sealed

_DIGITS = r"\d(?:[ ().\-/\x{a0}]{0,3}\d){6,}"
_BEFORE, _BEHIND = "\ue101", "\ue102"
"""Put around what may be a number; no source has these signs, since `without_seals` takes them out."""
_MARKED = rf"(^|[^\pL\d+])([+(]{{0,2}}{_DIGITS})"
_GOES_ON = re.compile(r"[^\W\d]|@")
_PART = re.compile(r"[^ \u00a0/]+")
_MOST_PARTS = 12


class Numbers(Protocol):
    """The telephone numbers of a snapshot's columns."""

    @property
    def any(self) -> bool:
        """Are there some?"""
        ...

    def holds(self, values: pa.Array[Any]) -> NDArray[np.bool_]:
        """Which texts are numbers of a column, however written."""
        ...

    def replaced(self, values: pa.Array[Any]) -> pa.Array[Any]:
        """What numbers become."""
        ...


def sealed_phones(texts: pa.Array[Any], numbers: Numbers) -> tuple[pa.Array[Any], bool]:
    """The texts with the images of the numbers that columns hold, sealed, and whether there are any."""
    if not numbers.any:
        return texts, False
    wanted = pc.fill_null(pc.match_substring_regex(texts, _DIGITS), False)
    places = pc.indices_nonzero(wanted)
    if not len(places):
        return texts, False
    told = pc.replace_substring_regex(pc.take(texts, places), _MARKED, rf"\1{_BEFORE}\2{_BEHIND}")
    marked: list[str] = told.to_pylist()
    images = _images(sorted({run for text in marked for run, _ in _runs(text)}), numbers)
    changed = [_joined(text, images) for text in marked]
    return pc.replace_with_mask(texts, wanted, pa.array(changed, pa.string())), bool(images)


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Each run of digits and what stands behind it."""
    for one in text.split(_BEFORE)[1:]:
        run, _, behind = one.partition(_BEHIND)
        yield run, behind


def _joined(text: str, images: dict[str, str]) -> str:
    parts = [text.partition(_BEFORE)[0]]
    for run, behind in _runs(text):
        parts += (run if _GOES_ON.match(behind) else images.get(run, run), behind)
    return "".join(parts)


def _images(runs: list[str], numbers: Numbers) -> dict[str, str]:
    """Each run that is a known number, or has one between its blanks, with this replaced and sealed."""
    spans = [(run, first, last) for run in runs for first, last in _spans(run)]
    if not spans:
        return {}
    texts: pa.Array[Any] = pa.array([run[first:last] for run, first, last in spans], pa.string())
    at = np.flatnonzero(numbers.holds(texts))
    found: dict[str, str] = {}
    images: list[Any] = numbers.replaced(pc.take(texts, pa.array(at))).to_pylist()
    for place, image in zip(at.tolist(), images, strict=True):
        run, first, last = spans[place]
        found.setdefault(run, run[:first] + sealed(image) + run[last:])  # the longest comes first
    return found


def _spans(run: str) -> list[tuple[int, int]]:
    """Where a number may begin and end within a run, the longest first."""
    parts = [one.span() for one in _PART.finditer(run)][:_MOST_PARTS]
    bounds = [(parts[first][0], parts[last - 1][1]) for first, last in combinations(range(len(parts) + 1), 2)]
    return sorted(bounds, key=lambda one: (one[0] - one[1], one[0]))
