"""TOML with the line of every key that starts one."""

from __future__ import annotations

import re
import tomllib

from agentprobe.basis.lines import lines_of
from agentprobe.scan.document import Document
from agentprobe.scan.finding import Place
from agentprobe.scan.text import Text, Unreadable

_LINE = re.compile(r"at line (\d+)")


def toml_document(path: str, raw: bytes) -> Document:
    """A TOML file; raises Unreadable with the line of what is no TOML."""
    text = Text(path, raw)
    try:
        data = tomllib.loads(text.content)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        line = _LINE.search(str(error))
        raise Unreadable(f"it is not valid TOML: {error}", int(line[1]) if line else 1) from error
    places = {keys: _place(text, line) for keys, line in lines_of(text.content).items()}
    return Document(path=path, kind="", data=data, places=places, raw=raw)


def _place(text: Text, line: int) -> Place:
    told = text.content.splitlines()[line - 1]
    start = len(told) - len(told.lstrip())
    return Place(path=text.path, line=line, column=start + 1, end_line=line, end_column=len(told) + 1)
