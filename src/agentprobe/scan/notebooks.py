"""Notebooks as one Python module: code cells one after the other, each place told by its cell."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Any

import msgspec

from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.module import Module
from agentprobe.scan.text import Text, Unreadable

_MAGIC = re.compile(r"^(\s*)(?:[%!]|[A-Za-z_]\w*\s*=\s*[!%]|\?|\w[\w.]*\?{1,2}\s*$)")
_OTHER_LANGUAGE = re.compile(r"\A\s*%%(?!time|capture|timeit|prun)\w+")


class NotebookText(Text):
    """The code of all cells as one text; `place` tells the cell and the line within it."""

    def __init__(self, path: str, cells: list[tuple[int, str]]) -> None:
        super().__init__(path, "".join(code for _, code in cells).encode("utf-8", "replace"))
        self._numbers = [number for number, _ in cells]
        self._starts = [0, *accumulate(code.count("\n") for _, code in cells)]

    def place(self, line: int, column_bytes: int = 0, end_line: int = 0, end_bytes: int = 0) -> Place:
        """A place by its cell, counted over all cells of the notebook from 1."""
        found = super().place(line, column_bytes, end_line, end_bytes)
        if not self._numbers:
            return found
        at = min(bisect_right(self._starts, line - 1) - 1, len(self._numbers) - 1)
        return Place(
            path=found.path,
            line=line - self._starts[at],
            column=found.column,
            end_line=found.end_line - self._starts[at],
            end_column=found.end_column,
            cell=self._numbers[at],
        )


def notebook_module(path: str, raw: bytes, dotted: str = "") -> Module:
    """A notebook's Python cells as a Module; raises Unreadable where it is no notebook or not of Python."""
    try:
        told: Any = msgspec.json.decode(raw)
        cells = told["cells"] if "cells" in told else told["worksheets"][0]["cells"]
        language = str(told.get("metadata", {}).get("language_info", {}).get("name", "python"))
        code = [(number, _code(cell)) for number, cell in enumerate(cells, start=1) if _is_code(cell)]
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("it is not a notebook that can be read") from error
    if language.lower() not in ("python", "ipython", "python3"):
        raise Unreadable(f"its cells are written in {language[:30]}")
    return Module(NotebookText(path, code), dotted)


def without_fix(finding: Finding) -> Finding:
    """A finding in a notebook has no fix: its bytes are not those of the file."""
    return msgspec.structs.replace(finding, fix=None) if finding.fix is not None else finding


def _is_code(cell: Any) -> bool:
    return bool(cell.get("cell_type") == "code")


def _code(cell: Any) -> str:
    source = cell.get("source", cell.get("input", ""))
    text = "".join(source) if isinstance(source, list) else str(source)
    if _OTHER_LANGUAGE.match(text):
        return "\n" * (text.count("\n") + 1)
    return "".join(f"{_python(line)}\n" for line in text.split("\n"))


def _python(line: str) -> str:
    """A line of a cell; what is meant for the notebook itself does nothing."""
    found = _MAGIC.match(line)
    return f"{found[1]}pass" if found is not None else line
