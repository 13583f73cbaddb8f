"""An export of a vector index as a source: NumPy, JSON lines, or faiss, with ids and texts beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.sources.form.batches import gathered, limited, picked
from agentprobe.worlds.sources.form.embedded import EmbeddedLines, first_line, vector_in
from agentprobe.worlds.sources.form.files import Unchanged, files_under, need_readable
from agentprobe.worlds.sources.form.matrix import BESIDE, MatrixFile, is_matrix

_INDEXES = (".faiss", ".index")
_LINES = (".jsonl", ".ndjson")
_ENDINGS = (*_INDEXES, *_LINES, ".npy")


@dataclass(frozen=True)
class Vectors:
    """An export of a vector index. NumPy (.npy), JSON lines with an `embedding`, or an index of faiss.

    Ids and texts may stand beside a .npy or .faiss file, one for each vector: in the same folder, in .npy,
    .txt, .json or .jsonl. Parquet files with a column of embeddings are read as tables.
    """

    path: Path
    name: ClassVar[str] = "vectors"
    asked: ClassVar[int] = 2

    @classmethod
    def fits(cls, where: str) -> bool:
        path = Path(where)
        if path.is_dir():
            return any(_holds(one) for one in files_under(path, _ENDINGS))
        return path.is_file() and path.suffix.lower() in _ENDINGS and _holds(path)

    @classmethod
    def at(cls, where: str) -> Vectors:
        return cls(Path(where))

    @property
    def shown(self) -> str:
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[VectorsReading]:
        """The export as it is now; raises ConfigError at the end when a file has changed meanwhile."""
        need_readable(self.path)
        folder = self.path if self.path.is_dir() else self.path.parent
        near = tuple(one for one in files_under(folder, (*_ENDINGS, *BESIDE)))
        indexes = tuple(one for one in near if _holds(one)) if self.path.is_dir() else (self.path,)
        if not indexes:
            raise ConfigError(f"{self.path} holds no vectors: no .npy, .faiss or .jsonl file has any")
        unchanged = Unchanged(near)
        yield VectorsReading(indexes, near, unchanged)
        unchanged.check()


class VectorsReading:
    """Each index is a table that is named after its file."""

    def __init__(self, indexes: Sequence[Path], near: Sequence[Path], unchanged: Unchanged) -> None:
        self.as_of = RealClock().date().isoformat()
        self._unchanged = unchanged
        self._tables: dict[str, MatrixFile | EmbeddedLines] = {}
        alone = sum(one.suffix not in _LINES for one in near if _holds(one)) == 1
        for path in indexes:
            if path.stem in self._tables:
                raise ConfigError(f"two files in {path.parent} would both be table '{path.stem}'; rename one")
            if path.suffix in _LINES:
                self._tables[path.stem] = EmbeddedLines(path, path.stem)
                continue
            others = [one for one in near if one.suffix in BESIDE and not _holds(one)]
            own = [one for one in others if one.name.startswith(path.stem + ".") or alone]
            self._tables[path.stem] = MatrixFile(
                path, path.stem, [one for one in own if one.parent == path.parent]
            )
        self.schema = Schema(tables=tuple(one.table for one in self._tables.values()))

    def rows(self, table: str) -> int:
        """How many vectors a table has."""
        return self._tables[self.schema.table(table).name].rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`; raises ConfigError when a file is no longer what it was."""
        names = picked(self.schema.table(table), columns)
        yield from limited(gathered(self._tables[table].batches(names)), most)
        self._unchanged.check()


def _holds(path: Path) -> bool:
    if path.suffix in _INDEXES:
        return True
    if path.suffix == ".npy":
        return is_matrix(path)
    return path.suffix in _LINES and vector_in(first_line(path)) is not None
