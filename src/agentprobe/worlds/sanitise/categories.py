"""Values of a small vocabulary: common ones stay with their dirt, rare ones become others of their kind."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import pyarrow as pa

from agentprobe.worlds.characters import masked
from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import Keyed
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.counted import Counted
from agentprobe.worlds.sanitise.junk import Dirt
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.schema import Column, Table


class Categories:
    """Keeps what stands in at least `common` rows, as it is written; a rarer value says too much.

    A rare value that is a dirty spelling of a common one (blanks, capitals, broken encoding) stays; one with
    a typing error becomes the common one with another error of the kind. Any other becomes letters of the
    same form, equal ones equally. Rare numbers become the nearest common one. A table so small that nothing
    in it is common (a list of statuses) needs a lower number in the plan.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.CATEGORY, Role.FLAG, Role.COUNTRY, Role.REGION})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._counted: dict[tuple[str, str], Counted] = {}
        self._images: dict[tuple[str, str], tuple[pa.Array[Any], pa.Array[Any]]] = {}

    @classmethod
    def of(cls, setting: Setting, _words: object) -> Categories:
        """The treatment for a snapshot."""
        return cls(setting)

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """Count the values."""
        for column in table.having(*self.roles):
            if column.name in batch.schema.names and column.kind not in ("boolean", "vector"):
                place = table.name, column.name
                self._counted.setdefault(place, Counted()).add(batch.column(column.name))

    def settle(self, key: Key) -> None:
        """Decide the image of each value that was seen."""
        for (table, column), counted in self._counted.items():
            told = counted.at_least(1)
            values = told["value"].combine_chunks()
            least = self._setting.common_in(table, column)
            common = int(pc.sum(pc.greater_equal(told["count"], least)).as_py() or 0)
            kept, rare = values.slice(0, common), values.slice(common)
            keyed = Keyed(key.sub("categories", table, column))
            images = _texts(keyed, kept, rare) if pa.types.is_string(values.type) else _nearest(kept, rare)
            self._images[table, column] = rare, images
        self._counted = {}

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The values that stand for a column's."""
        values = batch.column(column.name)
        place = table.name, column.name
        if place not in self._images or not len(self._images[place][0]):
            return values
        rare, images = self._images[place]
        told = values.dictionary_encode()
        at = pc.index_in(told.dictionary, value_set=rare)
        replaced = pc.if_else(at.is_valid(), images.take(at), told.dictionary)
        made: pa.Array[Any] = replaced.take(told.indices)
        return made


def _texts(keyed: Keyed, kept: pa.Array[Any], rare: pa.Array[Any]) -> pa.Array[Any]:
    frequent, others = cast(list[str], kept.to_pylist()), cast(list[str], rare.to_pylist())
    dirt = Dirt(frequent)
    made: list[str] = []
    taken = set(frequent)
    for value in others:
        again = dirt.again(keyed, value)
        made.append(again if again is not None else _fresh(keyed, value, taken))
        taken.add(made[-1])
    return pa.array(made, pa.string())


def _fresh(keyed: Keyed, value: str, taken: set[str]) -> str:
    """Letters of the same form that stand for nothing else, as far as the form has room."""
    made = masked(keyed, value)
    for _ in range(20):
        if made not in taken:
            break
        made = masked(keyed, made + value)[: len(made)]
    return made


def _nearest(kept: pa.Array[Any], rare: pa.Array[Any]) -> pa.Array[Any]:
    """Of numbers and days the nearest common one; null where nothing is common."""
    known: list[Any] = [] if pa.types.is_binary(kept.type) else sorted(cast(list[Any], kept.to_pylist()))
    images = [_nearest_to(value, known) if known else None for value in rare.to_pylist()]
    made: pa.Array[Any] = pa.array(images, rare.type)
    return made


def _nearest_to(value: Any, known: list[Any]) -> Any:
    return min(known, key=lambda one: (abs(one - value), one))
