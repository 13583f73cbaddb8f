"""Files that begin with YAML between two lines of dashes: Prompty, skills, rules of editors."""

from __future__ import annotations

import re

from agentprobe.scan.document import Document
from agentprobe.scan.documents.yaml_file import yaml_document
from agentprobe.scan.finding import Place
from agentprobe.scan.text import Text, Unreadable

BODY = "(body)"
"""The key under which the text after the front matter stands."""
_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?)(?:^---[ \t]*$\n?|\Z)", re.DOTALL | re.MULTILINE)


def front_matter_document(path: str, raw: bytes) -> Document:
    """The front matter as data, the text beneath it under the key `BODY`; raises Unreadable with the line."""
    text = Text(path, raw)
    content = text.content.replace("\r\n", "\n")
    match = _FRONT.match(content)
    if match is None:
        raise Unreadable("it begins with dashes that no second line of dashes ends")
    before = content[: match.start(1)].count("\n")
    front = yaml_document(path, ("\n" * before + match[1]).encode())
    data = dict(front.data) if isinstance(front.data, dict) else {}
    data[BODY] = content[match.end() :]
    line = content[: match.end()].count("\n") + 1
    return Document(
        path=path, kind="", data=data, places={**front.places, (BODY,): Place(path=path, line=line)}, raw=raw
    )
