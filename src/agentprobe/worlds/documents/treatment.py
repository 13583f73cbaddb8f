"""Replace documents and titles: their words are cleaned, and what was nearly the same stays so."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, Self

import pyarrow as pa

from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.untyped import pc


class Cleaning(Protocol):
    """What cleans texts: in a snapshot, its words (`sanitise.words`)."""

    def cleaned(self, texts: pa.Array[Any]) -> pa.Array[Any]:
        """The texts without what says who somebody is; the same word becomes the same word everywhere."""
        ...


class Documents:
    """Cleans whole documents and titles by the words of the snapshot.

    Words are replaced one by one and always alike, so two documents share as many pairs of words afterwards
    as before: families of near-duplicates survive. A text that stands in many rows is cleaned once.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.DOCUMENT, Role.TITLE})

    def __init__(self, words: Cleaning) -> None:
        self._words = words

    @classmethod
    def of(cls, setting: object, words: Cleaning) -> Self:
        """One for a snapshot; what it shares with the names and notes of that snapshot are the words."""
        return cls(words)

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """Nothing: the words learn from documents too."""

    def settle(self, key: Key) -> None:
        """Nothing: the words have settled."""

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The cleaned texts; missing ones stay missing."""
        told: Any = pc.dictionary_encode(batch.column(column.name))
        made: pa.Array[Any] = pc.take(self._words.cleaned(told.dictionary), told.indices)
        return made
