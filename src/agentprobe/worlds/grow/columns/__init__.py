"""How the values of each kind of column are made; one kind a file."""

from __future__ import annotations

from agentprobe.worlds.grow.chance import Chance
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.columns.categories import Categories
from agentprobe.worlds.grow.columns.constants import Constants
from agentprobe.worlds.grow.columns.emails import Emails
from agentprobe.worlds.grow.columns.json_documents import JsonDocuments
from agentprobe.worlds.grow.columns.keys import Keys, References
from agentprobe.worlds.grow.columns.masked import MaskedValues
from agentprobe.worlds.grow.columns.moments import Moments
from agentprobe.worlds.grow.columns.names import FullNames, Names
from agentprobe.worlds.grow.columns.numbers import Numbers
from agentprobe.worlds.grow.columns.prose import Proses
from agentprobe.worlds.schema import Column
from agentprobe.worlds.shape import model
from agentprobe.worlds.shape.model import Field, TableShape

_KINDS: dict[type, type[ColumnGrower]] = {
    model.Words: Names,
    model.FullName: FullNames,
    model.Email: Emails,
    model.Masked: MaskedValues,
    model.Key: Keys,
    model.Reference: References,
    model.Category: Categories,
    model.Moment: Moments,
    model.Number: Numbers,
    model.Prose: Proses,
    model.Json: JsonDocuments,
    model.Constant: Constants,
}


def column_grower(shape: TableShape, field: Field, column: Column, chance: Chance) -> ColumnGrower:
    """What makes the values of a column."""
    return _KINDS[type(field.model)](shape, field, column, chance)


__all__ = ["ColumnGrower", "column_grower"]
