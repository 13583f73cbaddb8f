"""What every kind of column can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from agentprobe.worlds.grow.chance import Chance, Units, Whole
from agentprobe.worlds.grow.gathered import Gathered
from agentprobe.worlds.schema import Column
from agentprobe.worlds.shape.model import Field, TableShape

if TYPE_CHECKING:
    from agentprobe.worlds.grow.rows import Rows


class ColumnGrower(ABC):
    """Makes the values of one column for any rows; one object serves a whole world and is never changed."""

    def __init__(self, shape: TableShape, field: Field, column: Column, chance: Chance) -> None:
        """`chance` is the whole world's: what is shared by columns of one kind is thrown from it."""
        self.shape, self.field, self.column, self.world = shape, field, column, chance

    @abstractmethod
    def values(self, rows: Rows) -> Gathered:
        """The values, as if nobody had ever erred; of any type that can be cast to the column's."""

    def numbers(self, rows: Rows) -> Whole:
        """Numbers that are equal where the values are."""
        return rows.who(self.field)

    def units(self, rows: Rows, label: str = "value") -> Units:
        """What the column throws for each row's entity."""
        return rows.chance(self.field.name).at(label).units(rows.who(self.field))


def hashed(numbers: Whole, chance: Chance) -> Whole:
    """Unrelated places, equal where the numbers are."""
    return (chance.bits(numbers) >> np.uint64(2)).astype(np.int64)
