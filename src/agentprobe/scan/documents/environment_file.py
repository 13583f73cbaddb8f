"""Environment files: `NAME=value` lines, with numbers and truths told apart from text."""

from __future__ import annotations

import re

from agentprobe.scan.document import Document, Key
from agentprobe.scan.finding import Place
from agentprobe.scan.text import Text

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")


def environment_document(path: str, raw: bytes) -> Document:
    """An environment file; all values are text, as programs get them; secrets are left out."""
    text = Text(path, raw)
    data: dict[str, str] = {}
    places: dict[tuple[Key, ...], Place] = {}
    for number, line in enumerate(text.lines, start=1):
        match = _LINE.match(line)
        if match is None:
            continue
        name, told = match[1], match[2]
        data[name] = "" if _SECRET.search(name) else _unquoted(told)
        places[(name,)] = Place(path=path, line=number, column=1, end_line=number, end_column=len(line) + 1)
    return Document(path=path, kind="env", data=data, places=places)


_SECRET = re.compile(r"(?:key|token|secret|password|passwd|credential|dsn)(?:_|$)", re.IGNORECASE)


def _unquoted(told: str) -> str:
    if len(told) >= 2 and told[0] == told[-1] and told[0] in "\"'":
        return told[1:-1]
    return re.split(r"\s#", told, maxsplit=1)[0].strip()
