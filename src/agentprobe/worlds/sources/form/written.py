"""What stands in a document's file: its title, its text, and what else it says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.errors import ConfigError
from agentprobe.worlds.sources.form.text import decoded

ENDINGS = (".txt", ".md", ".markdown", ".html", ".htm", ".json", ".jsonl", ".ndjson")
_BODIES = ("body", "text", "content", "document", "page_content", "chunk")
_TITLES = ("title", "subject", "heading", "headline", "name")
_IDS = ("document_id", "doc_id", "id", "_id", "uuid", "url")
_LONGEST_TITLE = 200
_FRONT = re.compile(r"---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_FRONT_LINE = re.compile(r"([A-Za-z_][\w -]*):\s*(.*)")
_LEFT_OUT = ("script", "style", "noscript", "template")
_BLOCKS = (
    "p",
    "div",
    "br",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "table",
    "pre",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it is in its file."""

    id: str
    title: str | None
    body: str
    more: Mapping[str, str] = field(default_factory=dict)
    """Further fields of its own, such as a status or since when it is valid."""


def documents_in(path: Path, told: str) -> Iterator[Document]:
    """The documents of a file, `told` being its name within the folder; one, or one a line or list entry."""
    ending = path.suffix.lower()
    raw = path.read_bytes()
    if ending in (".jsonl", ".ndjson"):
        yield from _lines(raw, path, told)
    elif ending == ".json":
        yield from _json(raw, path, told)
    elif ending in (".html", ".htm"):
        yield _html(decoded(raw), told)
    else:
        yield _plain(decoded(raw), told)


def _plain(text: str, told: str) -> Document:
    more: dict[str, str] = {}
    if front := _FRONT.match(text):
        pairs = (_FRONT_LINE.fullmatch(line.strip()) for line in front[1].splitlines())
        more = {pair[1].strip().lower(): pair[2].strip("\"' ") for pair in pairs if pair}
        text = text[front.end() :]
    title = more.pop("title", None)
    if title is None:
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        heading = first.lstrip("# ").strip() if first.startswith("#") else first
        title = heading if heading and len(heading) <= _LONGEST_TITLE else None
    return Document(id=told, title=title, body=text, more=more)


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.text: list[str] = []
        self._hidden = 0
        self._titled = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._hidden += tag in _LEFT_OUT
        self._titled = tag == "title"
        if tag in _BLOCKS:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _LEFT_OUT))
        self._titled = False
        if tag in _BLOCKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if self._titled:
            self.title.append(data)
        elif not self._hidden:
            self.text.append(data)


def _html(text: str, told: str) -> Document:
    seen = _Seen()
    seen.feed(text)
    seen.close()
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in "".join(seen.text).split("\n"))
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    title = " ".join("".join(seen.title).split()) or next((line for line in body.split("\n") if line), "")
    return Document(id=told, title=title[:_LONGEST_TITLE] or None, body=body)


def _lines(raw: bytes, path: Path, told: str) -> Iterator[Document]:
    for number, line in enumerate(decoded(raw).split("\n"), start=1):
        if line.strip():
            value = _decoded(line, f"{path}, line {number}")
            yield _of(value, f"{told}#{number}", f"{path}, line {number}")


def _json(raw: bytes, path: Path, told: str) -> Iterator[Document]:
    value = _decoded(decoded(raw), str(path))
    if isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield _of(one, f"{told}#{number}", f"{path}, entry {number}")
    else:
        yield _of(value, told, str(path))


def _decoded(text: str, where: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ConfigError(f"{where} is no JSON: {error}") from None


def _of(value: Any, told: str, where: str) -> Document:
    if isinstance(value, str):
        return Document(id=told, title=None, body=value)
    if not isinstance(value, dict):
        raise ConfigError(f"{where} holds no document: an object with a text, or a text, is one")
    body = next((name for name in _BODIES if isinstance(value.get(name), str)), None)
    if body is None:
        raise ConfigError(f"{where} holds no text; its field must be called one of {', '.join(_BODIES)}")
    title = next((name for name in _TITLES if isinstance(value.get(name), str)), None)
    own = next((name for name in _IDS if isinstance(value.get(name), str | int)), None)
    metadata = value.get("metadata")
    every = {**(metadata if isinstance(metadata, dict) else {}), **value}
    used = {body, title, own, "metadata"}
    more = {name: _spelled(one) for name, one in every.items() if name not in used and one is not None}
    return Document(
        id=str(value[own]) if own else told,
        title=value[title] if title else None,
        body=value[body],
        more=more,
    )


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
