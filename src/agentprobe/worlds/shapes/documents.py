"""Documents: policies, how-tos and notices, many of them editions of each other."""

from __future__ import annotations

import msgspec

from agentprobe.worlds.documents.grow import TABLE
from agentprobe.worlds.documents.traits import DocumentShape, Edits
from agentprobe.worlds.shape.model import Shape, TableShape
from agentprobe.worlds.shapes._built_in import BuiltIn

_DOCUMENTS = 20_000


class Documents(BuiltIn):
    """A collection in which a third of the documents have a near-duplicate; chosen, not measured.

    A business's own documents are closer to each other than a public collection's: of Debian's 63,666 package
    descriptions 11.6 % have a near-duplicate, with 25 in the largest family.
    """

    @classmethod
    def shape(cls) -> Shape:
        """The shape."""
        return Shape(name="documents", tables=(documents(_DOCUMENTS),), documents=how_alike(_DOCUMENTS))


def documents(rows: int, *, power: float = 1.0) -> TableShape:
    """The table; its rows are made by `documents`."""
    return TableShape(table=TABLE, rows=rows, fields=(), power=power)


def how_alike(rows: int) -> dict[str, object]:
    """How alike the documents are, and how long."""
    shape = DocumentShape(
        rows=rows,
        discount=0.6,
        strength=800.0,
        sentences=(3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 26),
        words=13.0,
        edits=Edits(),
        common=0.2,
    )
    return {TABLE.name: msgspec.to_builtins(shape)}
