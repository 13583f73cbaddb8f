"""What is kept of the matrix between runs: every finished cell, by all that decides how it comes out."""

from __future__ import annotations

import ast
import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from conformance.clerk import ANSWER
from conformance.column import CALLERS, Column
from conformance.facts import Cell, Facts, Found

WHOLE = "*"
"""How the model's whole answer is kept."""
FILE = Path(__file__).with_name("results.json")
_HERE = Path(__file__).parent


def key(cell: Cell, column: Column, libraries: Mapping[str, str], code: str) -> str:
    """The digest of a cell, its library's versions, and the code of its fault, its caller and this bench."""
    files = (column.program, *sorted(CALLERS.glob("_*.py")), _HERE / "running.py", _HERE / "clerk.py")
    parts = (cell.name, json.dumps(dict(libraries), sort_keys=True), code, *map(_meaning, files))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@cache
def _meaning(file: Path) -> str:
    """A file's code without its comments and its form."""
    return ast.dump(ast.parse(file.read_text(encoding="utf-8")))


class Kept:
    """The finished cells, in one file; shared by all threads."""

    def __init__(self, file: Path = FILE) -> None:
        self._file = file
        self._lock = threading.Lock()
        data = json.loads(file.read_text()) if file.exists() else {}
        self._cells = {found.key: found for found in map(_long, data.get("cells", []))}
        self.libraries: dict[str, Mapping[str, str]] = data.get("libraries", {})
        """By column: the versions that it was run on last."""
        self.missing: dict[str, str] = data.get("missing", {})
        """By column: why it could not be run."""

    def get(self, key: str) -> Found | None:
        """A finished cell, if nothing that matters has changed."""
        return self._cells.get(key)

    def add(self, found: Found) -> None:
        """Keep a cell in place of any earlier run of it."""
        with self._lock:
            older = [k for k, other in self._cells.items() if other.cell == found.cell]
            for k in older:
                del self._cells[k]
            self._cells[found.key] = found

    def all(self) -> tuple[Found, ...]:
        """Every cell that is kept."""
        with self._lock:
            return tuple(self._cells.values())

    def write(self, rows: Iterable[str]) -> None:
        """Write the file, a cell a line, in the rows' order; cells of rows that are no more are left out."""
        order = {row: number for number, row in enumerate(rows)}
        kept = [found for found in self.all() if found.cell.row in order]
        kept.sort(key=lambda f: (f.cell.column, f.cell.streamed, order[f.cell.row], f.cell.name))
        with self._lock:
            lines = ",\n".join(json.dumps(_short(found), ensure_ascii=False) for found in kept)
            head = json.dumps({"libraries": self.libraries, "missing": self.missing}, sort_keys=True)
            new = self._file.with_suffix(".new")
            new.write_text(f'{head[:-1]}, "cells": [\n{lines}\n]}}\n', encoding="utf-8")
            new.replace(self._file)


def _short(found: Found) -> dict[str, Any]:
    """A cell without what is as usual, and without how long this machine took for it."""
    data: dict[str, Any] = msgspec.to_builtins(found)
    data["cell"] = {name: value for name, value in data["cell"].items() if value is not False}
    facts = data["facts"] | {"seconds": 0.0}
    if facts["answer"] == ANSWER:
        facts["answer"] = WHOLE
    usual = msgspec.to_builtins(Facts())
    data["facts"] = {name: value for name, value in facts.items() if value != usual[name]}
    return data


def _long(data: Mapping[str, Any]) -> Found:
    """The cell that was kept so."""
    cell = {"streamed": False, **data["cell"]}
    facts = dict(data["facts"])
    if facts.get("answer") == WHOLE:
        facts["answer"] = ANSWER
    return msgspec.convert({**data, "cell": cell, "facts": facts}, Found)
