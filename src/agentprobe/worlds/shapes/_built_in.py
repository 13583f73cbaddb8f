"""What a built-in shape is, and the few words to write one down in."""

from __future__ import annotations

from abc import ABC, abstractmethod

from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, ForeignKey, Table
from agentprobe.worlds.shape.model import Field, Model, Shape, TableShape, Weighted
from agentprobe.worlds.shape.spectrum import Spectrum


class BuiltIn(ABC):
    """A shape for those who have no production yet; its class is named after its file."""

    @classmethod
    @abstractmethod
    def shape(cls) -> Shape:
        """The shape."""


def spectrum(discount: float, strength: float) -> Spectrum:
    """A process that was stated, not fitted."""
    return Spectrum(discount=discount, strength=strength)


def weighted(text: str) -> Weighted:
    """Words with shares, one a line: `share word`; what stands after the blank is the word, blanks and
    all."""
    found = []
    for line in text.strip("\n").splitlines():
        share, _, word = line.lstrip().partition(" ")
        found.append((word.replace("·", " "), float(share)))
    total = sum(share for _, share in found)
    return tuple((word, share / total) for word, share in found)


def column(
    name: str, role: Role, model: Model, kind: str = "text", *, nullable: bool = True, **more: object
) -> tuple[Column, Field]:
    """A column with its shape."""
    scale = 2 if kind == "decimal" else 0
    told = Column(name=name, kind=kind, role=role, nullable=nullable, size=scale, zoned=kind == "timestamp")
    return told, Field(name=name, model=model, **more)  # type: ignore[arg-type]  # fields by their own names


def table(
    name: str,
    rows: int,
    columns: list[tuple[Column, Field]],
    *,
    key: str,
    references: tuple[ForeignKey, ...] = (),
    **more: object,
) -> TableShape:
    """A table with its shape."""
    told = Table(name=name, columns=tuple(one for one, _ in columns), key=(key,), references=references)
    fields = tuple(field for _, field in columns)
    return TableShape(table=told, rows=rows, fields=fields, **more)  # type: ignore[arg-type]


def refers(name: str, to: str) -> ForeignKey:
    """A reference from a column to another table's key of the same name."""
    return ForeignKey(columns=(name,), table=to, to=(name,))
