"""JSON columns: every leaf is replaced as a column of its own would be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import msgspec
import pyarrow as pa

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.json_leaves import Leaf, leaves, read, rebuilt, with_beginnings
from agentprobe.worlds.sanitise.left_out import LEFT_OUT
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.sanitise.treatment import Treatment
from agentprobe.worlds.schema import Column, Table

_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "float": (float, int),
    "boolean": (bool,),
}


class JsonFields:
    """Replaces the leaves of JSON documents by the treatments of their own roles.

    Only keys that the plan names stand in the world; what is no JSON becomes `{}`. Order of keys and nulls
    stay, blanks between them do not. A leaf of another type than the plan says becomes null.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.JSON})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._others: Mapping[Role, Treatment] = {}

    @classmethod
    def of(cls, setting: Setting, _words: object) -> JsonFields:
        """The treatment for a snapshot."""
        return cls(setting)

    def attach(self, others: Mapping[Role, Treatment]) -> None:
        """Say who replaces the leaves of each role; before anything is learned."""
        self._others = others

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """Let those who replace the leaves see them."""
        for column in table.having(Role.JSON):
            if column.name in batch.schema.names:
                documents = [read(text) for text in batch.column(column.name).to_pylist()]
                for leaf, _, inner, rows in self._leaf_batches(table, column, batch, documents):
                    self._others[leaf.role].learn(inner, rows)

    def settle(self, key: Key) -> None:
        """Nothing is decided here."""

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The documents that stand for a column's."""
        values = batch.column(column.name)
        texts = values.to_pylist()
        documents = [read(text) for text in texts]
        images: dict[str, dict[int, Iterator[Any]]] = {}
        for leaf, found, inner, rows in self._leaf_batches(table, column, batch, documents):
            mapped = self._others[leaf.role].map(inner, inner.columns[-1], rows).to_pylist()
            images[leaf.name] = _by_row(found, mapped)
        wanted = {leaf.name: leaf for leaf in self._leaves(table, column)}
        known = with_beginnings(tuple(wanted))
        documents = [
            None if text is None else _spelled(row, document, wanted, known, images)
            for row, (text, document) in enumerate(zip(texts, documents, strict=True))
        ]
        made: pa.Array[Any] = pa.array(documents, values.type)
        return made

    def _leaves(self, table: Table, column: Column) -> tuple[Column, ...]:
        told = self._setting.leaves.get((table.name, column.name), ())
        return tuple(leaf for leaf in told if leaf.role not in LEFT_OUT and leaf.role in self._others)

    def _leaf_batches(
        self, table: Table, column: Column, batch: pa.RecordBatch, documents: list[Any]
    ) -> Iterator[tuple[Column, list[Leaf], Table, pa.RecordBatch]]:
        """Each leaf as the last column of a table whose other columns only say whose the rows are."""
        wanted = {leaf.name: leaf for leaf in self._leaves(table, column)}
        found: dict[str, list[Leaf]] = defaultdict(list)
        for row, document in enumerate(documents):
            for one in leaves(row, document):
                leaf = wanted.get(one.path)
                if leaf is not None and _is_of(leaf, one.value):
                    found[one.path].append(one)
        for path, leaf in wanted.items():
            if found[path]:
                inner, rows = _as_batch(table, column, leaf, batch, found[path])
                yield leaf, found[path], inner, rows


def _is_of(leaf: Column, value: Any) -> bool:
    return isinstance(value, _TYPES.get(leaf.kind, ())) and (
        leaf.kind == "boolean" or not isinstance(value, bool)
    )


def _as_batch(
    table: Table, column: Column, leaf: Column, batch: pa.RecordBatch, found: list[Leaf]
) -> tuple[Table, pa.RecordBatch]:
    last = msgspec.structs.replace(leaf, name=f"{column.name}.{leaf.name}")
    silent = tuple(
        msgspec.structs.replace(one, role=Role.DROPPED) for one in table.columns if one.role is not Role.JSON
    )
    inner = msgspec.structs.replace(table, columns=(*silent, last))
    names = [one.name for one in silent if one.name in batch.schema.names]
    rows = batch.select(names).take(pa.array([one.row for one in found], pa.int32()))
    values = pa.array([_fitting(one.value) for one in found], type_of(last))
    return inner, rows.append_column(pa.field(last.name, values.type), values)


def _fitting(value: Any) -> Any:
    """Whole numbers beyond 64 bits have no room in a column."""
    return None if isinstance(value, int) and not -(2**63) <= value < 2**63 else value


def _by_row(found: list[Leaf], mapped: list[Any]) -> dict[int, Iterator[Any]]:
    rows: dict[int, list[Any]] = defaultdict(list)
    for one, image in zip(found, mapped, strict=True):
        rows[one.row].append(image)
    return {row: iter(values) for row, values in rows.items()}


def _spelled(
    row: int,
    document: Any,
    wanted: Mapping[str, Column],
    known: Mapping[str, object],
    images: Mapping[str, dict[int, Iterator[Any]]],
) -> str:
    def put(path: str, value: Any) -> Any:
        leaf = wanted.get(path)
        return next(images[path][row], None) if leaf is not None and _is_of(leaf, value) else None

    if not isinstance(document, dict | list):
        return "{}"
    return msgspec.json.encode(rebuilt(document, known, put)).decode()
