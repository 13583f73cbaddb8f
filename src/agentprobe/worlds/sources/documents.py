"""A folder of documents as a source: plain text, Markdown, HTML, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.source import BATCH_ROWS
from agentprobe.worlds.sources.form.batches import limited, picked
from agentprobe.worlds.sources.form.files import Unchanged, files_under, need_readable
from agentprobe.worlds.sources.form.inferred import Inferred, converted
from agentprobe.worlds.sources.form.written import ENDINGS, Document, documents_in

_OWN = ("document_id", "path", "title", "body", "modified")
_MOST_BYTES = 64 << 20
_MOST_FIELDS = 200


@dataclass(frozen=True)
class Documents:
    """A folder of documents. Files in .txt, .md, .html, .json or .jsonl become the table `documents`."""

    path: Path
    name: ClassVar[str] = "documents"
    asked: ClassVar[int] = 3

    @classmethod
    def fits(cls, where: str) -> bool:
        path = Path(where)
        if path.is_dir():
            return any(True for _ in files_under(path, ENDINGS))
        return path.is_file() and path.name.lower().endswith(ENDINGS)

    @classmethod
    def at(cls, where: str) -> Documents:
        return cls(Path(where))

    @property
    def shown(self) -> str:
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[DocumentsReading]:
        """The documents as they are now; raises ConfigError at the end when one has changed meanwhile."""
        need_readable(self.path)
        root = self.path if self.path.is_dir() else self.path.parent
        paths = tuple(files_under(self.path, ENDINGS)) if self.path.is_dir() else (self.path,)
        if not paths:
            raise ConfigError(f"{self.path} holds no documents: no file ends in {', '.join(ENDINGS)}")
        unchanged = Unchanged(paths)
        yield DocumentsReading(root, paths, unchanged)
        unchanged.check()


class DocumentsReading:
    """The table `documents`: id, path, title, body, the file's date, then what documents say of themselves.

    The id is a document's own where it has one, else its path, with #n for the n-th in a file.
    """

    def __init__(self, root: Path, paths: Sequence[Path], unchanged: Unchanged) -> None:
        self.as_of = RealClock().date().isoformat()
        self._root, self._paths, self._unchanged = root, paths, unchanged
        self._rows = 0
        more: dict[str, Inferred] = {}
        for found in self._parts():
            self._rows += len(found)
            names = dict.fromkeys(name for _, document in found for name in document.more)
            for name in names:
                if name in more or len(more) < _MOST_FIELDS:
                    values = pa.array([document.more.get(name) for _, document in found], pa.string())
                    more.setdefault(name, Inferred()).look(values)
        own = (
            Column(name="document_id", kind="text", nullable=False),
            Column(name="path", kind="text", nullable=False),
            Column(name="title", kind="text"),
            Column(name="body", kind="text", nullable=False),
            Column(name="modified", kind="timestamp", zoned=True, nullable=False),
        )
        self._fields = {name if name not in _OWN else f"{name}_": name for name in more}
        further = tuple(more[name].column(column) for column, name in self._fields.items())
        key = ("document_id",) if self._unique() else ()
        self.schema = Schema(tables=(Table(name="documents", columns=(*own, *further), key=key),))

    def rows(self, table: str) -> int:
        """How many documents there are."""
        self.schema.table(table)
        return self._rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`; raises ConfigError when a file is no longer what it was."""
        names = picked(self.schema.table(table), columns)
        wanted = [self.schema.table(table).column(name) for name in names]
        yield from limited((self._batch(found, wanted) for found in self._parts()), most)
        self._unchanged.check()

    def _unique(self) -> bool:
        seen: set[str] = set()
        for found in self._parts():
            seen.update(document.id for _, document in found)
        return len(seen) == self._rows

    def _parts(self) -> Iterator[list[tuple[Path, Document]]]:
        every = (
            (path, document)
            for path in self._paths
            for document in documents_in(path, path.relative_to(self._root).as_posix())
        )
        held: list[tuple[Path, Document]] = []
        size = 0
        for one in every:
            held.append(one)
            size += len(one[1].body)
            if len(held) == BATCH_ROWS or size > _MOST_BYTES:
                yield held
                held, size = [], 0
        if held:
            yield held

    def _batch(self, found: list[tuple[Path, Document]], columns: Sequence[Column]) -> pa.RecordBatch:
        arrays = [self._values(found, column) for column in columns]
        return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in columns])

    def _values(self, found: list[tuple[Path, Document]], column: Column) -> pa.Array[Any]:
        if column.name == "path":
            return pa.array([path.relative_to(self._root).as_posix() for path, _ in found], pa.string())
        if column.name == "modified":
            times = np.array([path.stat().st_mtime_ns // 1000 for path, _ in found], dtype=np.int64)
            return pa.array(times).cast(pa.timestamp("us", tz="UTC"))
        if column.name in _OWN:
            name = column.name.removeprefix("document_")
            return pa.array([getattr(document, name) for _, document in found], pa.string())
        field = self._fields[column.name]
        return converted(pa.array([document.more.get(field) for _, document in found], pa.string()), column)
