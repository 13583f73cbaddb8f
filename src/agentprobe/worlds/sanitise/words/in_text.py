"""What running text tells of a record's dates and numbers: it stays true of them when they are replaced."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.sanitise.words.dates_in_text import DatesInText
from agentprobe.worlds.sanitise.words.phones_in_text import Numbers, sealed_phones
from agentprobe.worlds.sanitise.words.pieces import Texts, pc
from agentprobe.worlds.sanitise.words.sealed import without_seals
from agentprobe.worlds.schema import Table

PHONE_DIGITS = 7
"""Texts with fewer have no telephone number."""
Moves = Callable[[Table, pa.RecordBatch], NDArray[np.int64] | None]


class InText:
    """Writes dates and known telephone numbers into texts before their words are replaced."""

    def __init__(self) -> None:
        self.dates = DatesInText()
        self._moves: Moves | None = None
        self._phones: Numbers | None = None

    def attach(self, moves: Moves | None, phones: Numbers | None) -> None:
        """Say how the dates of each row move, and who knows telephone numbers."""
        self._moves, self._phones = moves or self._moves, phones or self._phones

    def days(self, table: Table, batch: pa.RecordBatch) -> NDArray[np.int64] | None:
        """By how many days the dates of each row move, where the row's own do."""
        return self._moves(table, batch) if self._moves is not None else None

    def told(
        self, texts: Texts, days: NDArray[np.int64] | None, many: NDArray[np.bool_] | None = None
    ) -> tuple[Texts, bool]:
        """The texts with dates and known numbers written, sealed, and whether there are any.

        `many` says which rows have `PHONE_DIGITS` and more; without it all are looked at.
        """
        told, dated = self.dates.sealed(without_seals(texts), days)
        if self._phones is None or not (many is None or many.any()):
            return told, dated
        if many is None or many.all():
            told, called = sealed_phones(told, self._phones)
        else:
            some, called = sealed_phones(told.filter(pa.array(many)), self._phones)
            told = pc.replace_with_mask(told, pa.array(many), some) if called else told
        return told, dated or called
