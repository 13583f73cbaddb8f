"""One value of a settings file changed where it stands; comments and layout stay as they are."""

from __future__ import annotations

import re
from typing import Any

import yaml

from agentprobe.scan.document import Document
from agentprobe.scan.finding import Edit, Fix, Place

_SCALAR = rb"\"(?:[^\"\\\r\n]|\\.)*\"|'[^'\r\n]*'|[^\s,#\[\]{}\"'][^\r\n,#\[\]{}]*"


def setting(document: Document, place: Place, key: str, old: Any, *, new: str, what: str) -> Fix | None:
    """A fix that puts a plain value behind a key; None where the value does not stand on the key's line."""
    span = value_span(document, place, key, old)
    if span is None:
        return None
    return Fix(what=what, edits=(Edit(path=document.path, start=span[0], end=span[1], text=new),))


def value_span(document: Document, place: Place, key: str, old: Any) -> tuple[int, int] | None:
    """The bytes of the plain value behind a key, of a text those between its quotes."""
    start = offset(document, place)
    end = document.raw.find(b"\n", start)
    line = document.raw[start : end if end >= 0 else len(document.raw)]
    name = re.escape(key.encode())
    found = re.search(rb"(?<![\w-])[\"']?" + name + rb"[\"']?\s*[:=]\s*(" + _SCALAR + rb")", line)
    if found is None:
        return None
    token = found[1].rstrip()
    if not _means(token, old):
        return None
    quotes = 1 if token[:1] in (b'"', b"'") else 0
    if quotes and (not isinstance(old, str) or token[1:-1] != old.encode()):
        return None
    return start + found.start(1) + quotes, start + found.start(1) + len(token) - quotes


def offset(document: Document, place: Place) -> int:
    """The byte at which a place begins."""
    lines = document.raw.split(b"\n")
    before = sum(len(line) + 1 for line in lines[: place.line - 1])
    mark = 3 if place.line == 1 and document.raw.startswith(b"\xef\xbb\xbf") else 0
    line = lines[place.line - 1][mark:].decode("utf-8", "replace") if place.line <= len(lines) else ""
    return before + mark + len(line[: place.column - 1].encode())


def _means(token: bytes, value: Any) -> bool:
    """Does a token stand for a value, in JSON, YAML and TOML alike?"""
    try:
        told = yaml.safe_load(token.decode())
    except (yaml.YAMLError, ValueError):
        return False
    if isinstance(value, float | int) and not isinstance(value, bool) and isinstance(told, str):
        return re.fullmatch(r"[\d_.]+", told) is not None and float(told.replace("_", "")) == value
    return bool(told == value) and isinstance(told, bool) is isinstance(value, bool)
