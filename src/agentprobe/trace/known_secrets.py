"""To find the secrets that a run is known to have, however they are spelled."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from agentprobe.trace.environment import SHORTEST


def spellings(value: str) -> set[bytes]:
    """How a value can stand in a file: as it is, inside JSON, in a URL, and packed as base64."""
    plain = value.encode(errors="replace")
    inner = json.dumps(value)[1:-1]
    said = {plain, inner.encode(), json.dumps(inner)[1:-1].encode(), quote(value, safe="").encode()}
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + plain)
        said.add(packed[4 if shift else 0 : -4])  # the letters that do not hang on what stands beside it
    return {spelling for spelling in said if len(spelling) >= SHORTEST}


@dataclass(frozen=True)
class Literals:
    """Finds known values wherever they stand, whatever stands around them."""

    names: tuple[str, ...]
    search: BytesAhoCorasick

    @classmethod
    def of(cls, known: Mapping[str, str]) -> Literals | None:
        """None when there is nothing to look for."""
        pairs = [(name, spelling) for name, value in known.items() for spelling in sorted(spellings(value))]
        if not pairs:
            return None
        search = BytesAhoCorasick([spelling for _, spelling in pairs], matchkind=MatchKind.LeftmostLongest)
        return cls(tuple(name for name, _ in pairs), search)

    def find(self, data: bytes) -> Iterator[tuple[str, int, int]]:
        """Each place where one stands, with the name of its variable."""
        for index, start, end in self.search.find_matches_as_indexes(data):
            yield self.names[index], start, end


def leaks(path: Path, known: Mapping[str, str]) -> Sequence[str]:
    """Where a file holds a known secret all the same, each in a sentence that does not tell it."""
    literals = Literals.of(known)
    if literals is None or not path.is_file():
        return ()
    with path.open("rb") as file:
        found = {
            (name, number): None
            for number, line in enumerate(file, start=1)
            for name, _, _ in literals.find(line)
        }
    return [f"line {number} holds the value of {name}" for name, number in list(found)[:20]]
