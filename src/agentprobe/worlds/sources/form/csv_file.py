"""A CSV file of whatever delimiter, encoding and tidiness, as a table."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from agentprobe.errors import ConfigError
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.sources.form.batches import gathered
from agentprobe.worlds.sources.form.inferred import Inferred, converted
from agentprobe.worlds.sources.form.text import BROKEN, Utf8, field_of

_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 18
_BLOCK = 16 << 20
_TOLD = 20
_NUMBER = re.compile(r"[-+]?[\d.,: /-]+%?")


class CsvFile:
    """One table in a file; its types are found by looking at every value once."""

    def __init__(self, path: Path, name: str) -> None:
        """Raises ConfigError for a file without a single line."""
        self.path = path
        self.remarks: list[str] = []
        """What was not in order, with its line."""
        self._delimiter, rows = self._guessed()
        self._headed = _is_header(rows)
        self._names = _named(rows[0] if self._headed else [""] * len(rows[0]))
        self._ragged = 0
        guesses = [Inferred() for _ in self._names]
        self.rows = 0
        end: str | None = None
        for batch in self._strings(self._names, telling=True):
            self.rows += batch.num_rows
            end = batch.column(len(self._names) - 1)[-1].as_py() if batch.num_rows else end
            for place, guess in enumerate(guesses):
                values: Any = batch.column(place)
                guess.look(values)
        if self._ragged > _TOLD:
            self.remarks.append(f"{path}: {self._ragged - _TOLD:,} more lines like these")
        columns = tuple(guess.column(column) for guess, column in zip(guesses, self._names, strict=True))
        self.table = Table(name=name, columns=columns)

        if end and "\n" in end and self._cut_off():
            raise ConfigError(f"{path} ends within quotation marks; look for one that is not closed")

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The file's rows; those with too few or too many values come last."""
        wanted = [self.table.column(name) for name in columns]
        for batch in gathered(self._strings(columns)):
            yield _typed(batch, wanted)

    def _cut_off(self) -> bool:
        """Does a file whose last value has several lines, and so is quoted, end without a quotation mark?"""
        with self._opened() as file:
            tail = b""
            while block := file.read(_SAMPLE):
                tail = (tail + block)[-64:]
        return not tail.rstrip().endswith(b'"')

    def _guessed(self) -> tuple[str, list[list[str]]]:
        with self._opened() as file:
            sample = file.read(_SAMPLE)
        text = sample.decode("utf-8", "replace")
        if len(sample) == _SAMPLE:
            text = text[: text.rfind("\n") + 1] or text
        found = [(_fit(text, delimiter), delimiter) for delimiter in _DELIMITERS]
        delimiter = max(found, key=lambda one: one[0])[1]
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
        if not rows:
            raise ConfigError(f"{self.path} is empty; a table has at least a line of names")
        return delimiter, rows[:200]

    def _opened(self) -> BinaryIO:
        raw: Any = gzip.open(self.path) if self.path.suffix == ".gz" else self.path.open("rb")  # noqa: SIM115
        return cast("BinaryIO", io.BufferedReader(Utf8(raw), 1 << 20))

    def _strings(self, columns: Sequence[str], *, telling: bool = False) -> Iterator[pa.RecordBatch]:
        late: list[pv.InvalidRow] = []

        def keep(row: pv.InvalidRow) -> Literal["skip"]:
            late.append(row)
            return "skip"

        with self._opened() as file:
            try:
                yield from pv.open_csv(
                    file,
                    pv.ReadOptions(
                        column_names=self._names,
                        skip_rows_after_names=int(self._headed),
                        block_size=_BLOCK,
                        use_threads=False,
                    ),
                    pv.ParseOptions(
                        delimiter=self._delimiter,
                        newlines_in_values=True,
                        ignore_empty_lines=len(self._names) > 1,
                        invalid_row_handler=keep,
                    ),
                    pv.ConvertOptions(
                        column_types={name: pa.string() for name in self._names},
                        include_columns=list(columns),
                        null_values=[""],
                        strings_can_be_null=True,
                        quoted_strings_can_be_null=False,
                    ),
                )
            except pa.ArrowInvalid as error:
                del error  # its text repeats what stands in the file
                raise ConfigError(
                    f"{self.path} cannot be read as CSV; look for a quotation mark that is not closed"
                ) from None
        if late:
            if telling:
                self._tell(late)
            yield self._mended(late, columns)

    def _tell(self, late: Sequence[pv.InvalidRow]) -> None:
        self._ragged = len(late)
        expected = len(self._names)
        for line, count in self._places(min(len(late), _TOLD)):
            what = "what is too much is left out" if count > expected else "what is missing is empty"
            self.remarks.append(
                f"{self.path}, line {line}: {count} values where {expected} columns are; {what}"
            )

    def _places(self, most: int) -> Iterator[tuple[int, int]]:
        """The lines on which the first rows of another length begin, with their lengths."""
        with self._opened() as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
            rows, line = csv.reader(text, delimiter=self._delimiter), 1
            for row in rows:
                if row and len(row) != len(self._names):
                    yield line, len(row)
                    most -= 1
                    if not most:
                        return
                line = rows.line_num + 1

    def _mended(self, late: Sequence[pv.InvalidRow], columns: Sequence[str]) -> pa.RecordBatch:
        places = [self._names.index(name) for name in columns]
        rows = []
        for row in late:
            parts = next(csv.reader(io.StringIO(row.text, newline=""), delimiter=self._delimiter), [])
            rows.append([parts[place] or None if place < len(parts) else None for place in places])
        arrays = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(places))]
        return pa.RecordBatch.from_arrays(arrays, names=list(columns))


def _typed(batch: pa.RecordBatch, columns: Sequence[Column]) -> pa.RecordBatch:
    fields, arrays = [], []
    for place, column in enumerate(columns):
        values: Any = batch.column(place)
        made = converted(values, column)
        fields.append(field_of(column.name, made.type, _broken(values) if column.kind == "text" else 0))
        arrays.append(made)
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _broken(values: pa.StringArray) -> int:
    found = pc.sum(pc.count_substring(values, pattern=BROKEN)).as_py()
    return int(found or 0)


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter parts the lines: the share that have as many values as most, and how many."""
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        sizes = [len(row) for row, _ in zip(rows, range(200), strict=False) if row]
    except csv.Error:
        return 0.0, 0
    if not sizes:
        return 0.0, 0
    usual = max(set(sizes), key=lambda size: (sizes.count(size), size))
    if usual == 1:
        return 0.0, 1
    return round(sizes.count(usual) / len(sizes), 1), usual


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Is the first line one of names? These are no numbers or dates, differ, and stand beneath no more."""
    first, rest = rows[0], rows[1:]
    names = [cell.strip() for cell in first if cell.strip()]
    if not names or len(set(names)) < len(names) or any(_NUMBER.fullmatch(name) for name in names):
        return False
    if any("@" in name or len(name) > 120 for name in names):
        return False
    again = sum(
        any(place < len(row) and row[place].strip() == cell.strip() for row in rest)
        for place, cell in enumerate(first)
        if cell.strip()
    )
    return again == 0 or again < len(names) / 4


def _named(cells: Sequence[str]) -> list[str]:
    """Names for columns: those of the header, made different and never empty."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        wanted = cell.strip() or f"column_{place}"
        name, number = wanted, 2
        while name in names:
            name, number = f"{wanted}_{number}", number + 1
        names.append(name)
    return names
