"""Lines of JSON that hold an embedding each, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from agentprobe.errors import ConfigError
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.sources.form.inferred import Inferred, converted
from agentprobe.worlds.sources.form.lines import fixed

VECTORS = ("embedding", "vector", "values", "embeddings", "dense_vector", "emb")
_AT_ONCE = 8192
_LEAST = 8


def vector_in(value: Any) -> str | None:
    """The field of an object that holds an embedding."""
    if not isinstance(value, dict):
        return None
    return next((name for name in VECTORS if _is_vector(value.get(name))), None)


def _is_vector(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= _LEAST
        and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
    )


def first_line(path: Path) -> Any:
    """The first object of a file of lines; None where there is none."""
    with path.open("rb") as file:
        try:
            return msgspec.json.decode(file.readline(1 << 24))
        except msgspec.DecodeError:
            return None


def told_in(value: Mapping[str, Any]) -> dict[str, str]:
    """An object's further fields as texts, those of its metadata too."""
    more = value.get("metadata")
    every = {**(more if isinstance(more, dict) else {}), **value}
    return {name: spelled(one) for name, one in every.items() if name != "metadata" and one is not None}


def spelled(value: Any) -> str:
    """A value as text; what is no text as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


class EmbeddedLines:
    """A table of embeddings in one file; its fields are found by reading it once."""

    def __init__(self, path: Path, name: str) -> None:
        """Raises ConfigError for lines without an embedding, or with one of another length."""
        self.path, self.rows = path, 0
        self._vector = vector_in(first_line(path)) or VECTORS[0]
        size = 0
        fields: dict[str, Inferred] = {}
        for values in self._parts():
            self.rows += len(values)
            size = size or len(values[0][self._vector])
            told = [told_in(value) for value in values]
            for field in dict.fromkeys(name for one in told for name in one if name != self._vector):
                guess = fields.setdefault(field, Inferred())
                guess.look(pa.array([one.get(field) for one in told], pa.string()))
        self._size = size
        columns = [guess.column(field) for field, guess in fields.items()]
        columns.append(Column(name=self._vector, kind="vector", size=size))
        self.table = Table(name=name, columns=tuple(columns))

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The lines, in their order."""
        wanted = [self.table.column(name) for name in columns]
        for values in self._parts():
            told = [told_in(value) for value in values]
            arrays = [self._values(values, told, column) for column in wanted]
            yield pa.RecordBatch.from_arrays(arrays, names=list(columns))

    def _values(
        self, values: list[dict[str, Any]], told: list[dict[str, str]], column: Column
    ) -> pa.Array[Any]:
        if column.name == self._vector:
            return fixed(np.array([value[self._vector] for value in values], dtype=np.float32))
        return converted(pa.array([one.get(column.name) for one in told], pa.string()), column)

    def _parts(self) -> Iterator[list[dict[str, Any]]]:
        held: list[dict[str, Any]] = []
        size = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                value = self._decoded(line, number)
                size = size or len(value[self._vector])
                if len(value[self._vector]) != size:
                    raise ConfigError(
                        f"{self.path}, line {number}: a vector of {len(value[self._vector])} dimensions "
                        f"where the first has {size}; an index holds one size"
                    )
                held.append(value)
                if len(held) == _AT_ONCE:
                    yield held
                    held = []
        if held:
            yield held

    def _decoded(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            value = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            raise ConfigError(f"{self.path}, line {number} is no JSON: {error}") from None
        if not isinstance(value, dict) or not _is_vector(value.get(self._vector)):
            raise ConfigError(f"{self.path}, line {number} holds no list of numbers in '{self._vector}'")
        return value
