"""The rows of the matrix: every fault of the catalogue that strikes model calls, in each of its forms."""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import agentprobe.chaos
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import FAULTS, Fault
from agentprobe.chaos.strike import Strike
from agentprobe.domain.call import Kind
from conformance.facts import Cell, Point

FAMILIES = (Family.TRANSPORT, Family.PROVIDER, Family.STREAM, Family.MODEL)
_ITS_OWN = re.compile(r"from agentprobe\.chaos\.(_\w+) import")
_CHAOS = Path(agentprobe.chaos.__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One form of a fault."""

    text: str
    """As it stands in a schedule before the @."""
    name: str
    family: Family
    lasting: bool
    """Is asking again of no use?"""
    only_streams: bool
    follows: bool
    """Does it strike only what follows another call?"""
    first: str
    """The first sentence of the fault's page."""
    code: str
    """The digest of the fault's own code."""

    def cells(self, column: str, *, streamed: bool) -> Iterator[Cell]:
        """The cells to be run first; nothing where the fault could change nothing."""
        if self.only_streams and not streamed:
            return
        for point in (Point.ANSWER,) if self.follows else Point:
            yield Cell(
                column=column,
                streamed=streamed,
                row=self.text,
                point=point,
                lasting=self.lasting,
                watched=self.follows,
            )


def rows() -> tuple[Row, ...]:
    """All rows, by family and name."""
    found = [
        _row(kind, fault)
        for kind in FAULTS
        if Kind.MODEL in kind.strikes and kind.family in FAMILIES
        for fault in kind.variants()
    ]
    return tuple(sorted(found, key=lambda row: (FAMILIES.index(row.family), row.name)))


def _row(kind: type[Fault], fault: Fault) -> Row:
    return Row(
        text=str(Strike(fault=fault)).removesuffix("@model"),
        name=kind.name,
        family=kind.family,
        lasting=kind.lasting,
        only_streams=Need.STREAM in kind.needs,
        follows=Need.HISTORY in kind.needs,
        first=" ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split()),
        code=_code(kind),
    )


def _code(kind: type[Fault]) -> str:
    """The digest of a fault's file and of the private modules that it stands on."""
    own = Path(inspect.getfile(kind)).read_text(encoding="utf-8")
    names = sorted(set(_ITS_OWN.findall(own)))
    beside = [(_CHAOS / f"{name}.py").read_text(encoding="utf-8") for name in names]
    texts = [ast.dump(ast.parse(text)) for text in (own, *beside)]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
