"""Files of rows as Documents: CSV, JSON lines, and the INSERTs of SQL seeds."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import msgspec

from agentprobe.scan.document import Document
from agentprobe.scan.finding import Place
from agentprobe.scan.text import Text, Unreadable

_MOST = 20_000
_INSERT = re.compile(
    r"insert\s+into\s+[\"`\[]?([\w.]+)[\"`\]]?\s*\(([^()]*)\)\s*values\s*(.*?);", re.IGNORECASE | re.DOTALL
)
_ROW = re.compile(r"\(((?:[^()']|'(?:[^']|'')*')*)\)")
_CELL = re.compile(r"'((?:[^']|'')*)'|([^,\s']+)")


def csv_document(path: str, raw: bytes) -> Document:
    """A CSV or TSV file as a list of rows."""
    text = Text(path, raw.removeprefix(b"\xef\xbb\xbf"))
    reader = csv.DictReader(io.StringIO(text.content), delimiter="\t" if path.endswith(".tsv") else ",")
    try:
        rows: list[dict[str, Any]] = []
        for row in reader:
            rows.append({str(key): its for key, its in row.items() if key is not None})
            if len(rows) >= _MOST:
                break
    except (csv.Error, ValueError) as error:
        raise Unreadable(f"it is not valid CSV: {error}", reader.line_num) from error
    return Document(path=path, kind="", data=rows, raw=raw)


def lines_document(path: str, raw: bytes) -> Document:
    """A file of JSON lines as a list."""
    text = Text(path, raw.removeprefix(b"\xef\xbb\xbf"))
    rows: list[Any] = []
    places: dict[tuple[str | int, ...], Place] = {}
    for number, line in enumerate(text.content.split("\n"), start=1):
        if line.strip() and len(rows) < _MOST:
            try:
                rows.append(msgspec.json.decode(line))
            except (msgspec.DecodeError, RecursionError) as error:
                raise Unreadable(f"it is not valid JSON: {error}", number) from error
            places[(len(rows) - 1,)] = Place(path=path, line=number)
    return Document(path=path, kind="", data=rows, places=places, raw=raw)


def sql_document(path: str, raw: bytes) -> Document:
    """The rows that a seed of SQL inserts, by table."""
    text = Text(path, raw)
    found: dict[str, list[dict[str, Any]]] = {}
    places: dict[tuple[str | int, ...], Place] = {}
    for match in _INSERT.finditer(text.content):
        table, columns = match[1], [one.strip(' "`[]\n\t') for one in match[2].split(",")]
        places.setdefault((table,), Place(path=path, line=text.content.count("\n", 0, match.start()) + 1))
        for row in _ROW.finditer(match[3]):
            cells = [one[1] if one[1] is not None else one[2] for one in _CELL.finditer(row[1])]
            if len(cells) == len(columns):
                found.setdefault(table, []).append(dict(zip(columns, cells, strict=True)))
    return Document(path=path, kind="", data=found, places=places, raw=raw)
