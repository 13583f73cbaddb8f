"""What is told of a collection of documents, without a sentence of it."""

from __future__ import annotations

import msgspec


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    """How often each change was made when one document was made from another, per such step."""

    figures: float = 1.0
    """Sentences in which only numbers and dates changed."""
    reworded: float = 0.3
    """Sentences replaced by others."""
    dropped: float = 0.2
    inserted: float = 0.2
    title: float = 0.2
    """The share of steps that change the title."""
    copies: float = 0.05
    """The share of steps that change nothing of the text."""


class DocumentShape(msgspec.Struct, frozen=True, kw_only=True):
    """How many documents are alike, how long they are, and in what they differ where they are alike."""

    rows: int
    discount: float
    strength: float
    """Sizes of families as Pitman and Yor's process has them; see `lineage.py`."""
    sentences: tuple[float, ...]
    """Quantiles of a document's sentences."""
    words: float
    """The mean of a sentence's words."""
    edits: Edits
    common: float
    """The share of sentences that stand in three families and more."""
    drafts: float = 0.05
    superseded: float = 0.25
    near: float = 0.0
    """The share of documents that have a near-duplicate, as it was met."""
    largest: int = 1
    """The largest family that was met."""
    off: float = 0.0
    """How far that share was off in documents that were grown from this shape."""
