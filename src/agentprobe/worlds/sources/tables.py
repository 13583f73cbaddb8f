"""CSV and Parquet files as a source: one file, or a folder of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import pyarrow as pa

from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError
from agentprobe.worlds.schema import Schema, Table
from agentprobe.worlds.sources.form.batches import limited, picked
from agentprobe.worlds.sources.form.csv_file import CsvFile
from agentprobe.worlds.sources.form.files import Unchanged, files_under, need_readable
from agentprobe.worlds.sources.form.keyed import keyed
from agentprobe.worlds.sources.form.parquet_file import ParquetFiles

_CSV = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_PARQUET = (".parquet", ".pq")


class _File(Protocol):
    table: Table
    rows: int
    remarks: list[str]

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]: ...


@dataclass(frozen=True)
class Tables:
    """CSV or Parquet files. A file is a table, and so is a folder of Parquet files within the folder."""

    path: Path
    name: ClassVar[str] = "tables"
    asked: ClassVar[int] = 1

    @classmethod
    def fits(cls, where: str) -> bool:
        path = Path(where)
        if path.is_dir():
            return any(True for _ in files_under(path, (*_CSV, *_PARQUET)))
        return path.is_file() and path.name.lower().endswith((*_CSV, *_PARQUET))

    @classmethod
    def at(cls, where: str) -> Tables:
        return cls(Path(where))

    @property
    def shown(self) -> str:
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[TablesReading]:
        """The files as they are now; raises ConfigError at the end when one has changed meanwhile."""
        need_readable(self.path)
        parts = self._parts()
        unchanged = Unchanged(path for paths in parts.values() for path in paths)
        yield TablesReading(parts, unchanged)
        unchanged.check()

    def _parts(self) -> dict[str, tuple[Path, ...]]:
        if self.path.is_file():
            return {_stem(self.path): (self.path,)}
        found: dict[str, tuple[Path, ...]] = {}
        for path in files_under(self.path, (*_CSV, *_PARQUET)):
            inside = path.relative_to(self.path).parts
            parted = len(inside) > 1 and path.name.lower().endswith(_PARQUET)
            name = inside[0] if parted else _stem(path)
            if name in found and not (parted and found[name][0].parent != self.path):
                raise ConfigError(
                    f"{found[name][0]} and {path} would both be table '{name}'; rename one of them"
                )
            found[name] = (*found.get(name, ()), path)
        if not found:
            raise ConfigError(f"{self.path} holds no tables: no file ends in {', '.join((*_CSV, *_PARQUET))}")
        return found


class TablesReading:
    """Files that are read as tables; they declare no keys, so those that names and values tell are taken."""

    def __init__(self, parts: dict[str, tuple[Path, ...]], unchanged: Unchanged) -> None:
        self.as_of = RealClock().date().isoformat()
        self._unchanged = unchanged
        self._files: dict[str, _File] = {name: _opened(paths, name) for name, paths in sorted(parts.items())}
        self.schema = Schema(tables=tuple(file.table for file in self._files.values()))
        self.schema = keyed(self)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What in the files was not in order."""
        return tuple(remark for file in self._files.values() for remark in file.remarks)

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return self._files[self.schema.table(table).name].rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`; raises ConfigError when the file is no longer what it was."""
        names = picked(self.schema.table(table), columns)
        yield from limited(self._files[table].batches(names), most)
        self._unchanged.check()


def _opened(paths: Sequence[Path], name: str) -> _File:
    if paths[0].name.lower().endswith(_PARQUET):
        return ParquetFiles(paths, name)
    return CsvFile(paths[0], name)


def _stem(path: Path) -> str:
    ending = next(one for one in sorted((*_CSV, *_PARQUET), key=len)[::-1] if path.name.lower().endswith(one))
    return path.name[: -len(ending)] or "table"
