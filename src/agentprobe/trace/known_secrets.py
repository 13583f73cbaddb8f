"""To find the secrets that a run is known to have, however they are spelled."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from agentprobe.trace.environment import SHORTEST, secrets_in
from agentprobe.trace.lines import pieces_of

MOST_MET = 1000
"""So many credentials of headers are remembered."""
_SCHEME = re.compile(r"(?i)^(?:bearer|basic|token)\s+")


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
    longest: int
    """Bytes of the longest spelling."""

    @classmethod
    def of(cls, known: Mapping[str, str]) -> Literals | None:
        """None when there is nothing to look for."""
        pairs = [(name, spelling) for name, value in known.items() for spelling in sorted(spellings(value))]
        if not pairs:
            return None
        search = BytesAhoCorasick([spelling for _, spelling in pairs], matchkind=MatchKind.LeftmostLongest)
        longest = max(len(spelling) for _, spelling in pairs)
        return cls(tuple(name for name, _ in pairs), search, longest)

    def find(self, data: bytes) -> Iterator[tuple[str, int, int]]:
        """Each place where one stands, with the name of its variable."""
        for index, start, end in self.search.find_matches_as_indexes(data):
            yield self.names[index], start, end


@dataclass
class MetSecrets:
    """The credentials that went by in headers; their values never leave this process."""

    values: dict[str, str] = field(default_factory=dict)
    """By the place where each first stood."""

    def add(self, header: str, value: str) -> None:
        """Remember a credential; what is none by its looks, or only names somebody, is not one."""
        secret = _SCHEME.sub("", value).strip()
        telling = header.endswith(("authorization", "key", "token", "secret", "password"))
        if not telling or not secrets_in({"KEY": secret}) or len(self.values) >= MOST_MET:
            return
        if secret not in self.values.values():
            nth = sum(name.startswith(f"the header {header}") for name in self.values)
            self.values[f"the header {header}{f' ({nth + 1})' if nth else ''}"] = secret


def leaks(path: Path, known: Mapping[str, str]) -> Sequence[str]:
    """Where a file holds a known secret all the same, each in a sentence that does not tell it."""
    literals = Literals.of(known)
    if literals is None or not path.is_file():
        return ()
    with path.open("rb") as file:
        found = {
            (name, number): None
            for number, piece in pieces_of(file, overlap=literals.longest)
            for name, _, _ in literals.find(piece)
        }
    return [f"line {number} holds the value of {name}" for name, number in list(found)[:20]]
