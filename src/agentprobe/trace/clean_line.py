"""To take the secrets out of one line of a trace, and out of a command line that is told in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from agentprobe.trace.redact import Redaction

_SAID = frozenset(
    ("agent", "run", "name", "path", "intent", "ref", "http", "headers", "error", "noted", "facts", "process")
)
_PAYLOADS = frozenset(("request", "body", "value"))
_SEEN = {"ways": ("why",), "connections": ("host", "address")}
"""What is told of a process's ways in and of its connections in the words of others."""
_fields = msgspec.json.Decoder(dict[str, Raw])


def clean_line(line: bytes, redact: Redaction) -> bytes:
    """A record's line without secrets. Own patterns match anything, so they are kept from what is ours."""
    line = redact.clean_by_form(line)
    return _by_pattern(line, redact) if redact.has_patterns else line


def clean_words(words: Sequence[Any], redact: Redaction) -> list[str]:
    """A command line without secrets: also a word whose flag says that it is one, as in `--api-key WORD`."""
    texts = [str(word) for word in words]
    flags = ["", *texts]
    return [redact.word_of_flag(flag, text) for flag, text in zip(flags, texts, strict=False)]


def _by_pattern(line: bytes, redact: Redaction) -> bytes:
    """The line with own patterns applied to what others have said, and not to our numbers and digests."""
    fields = _fields.decode(line)
    for name in _SAID & fields.keys():
        fields[name] = _encoded(redact.words(msgspec.json.decode(fields[name])))
    for name in _PAYLOADS & fields.keys():
        fields[name] = _without(_fields.decode(fields[name]), ("text", "repr"), redact)
    for name in _SEEN.keys() & fields.keys():
        seen = msgspec.json.decode(fields[name], type=list[dict[str, Raw]])
        fields[name] = _encoded([_without(one, _SEEN[name], redact) for one in seen])
    return msgspec.json.encode(fields)


def _without(forms: dict[str, Raw], names: Sequence[str], redact: Redaction) -> Raw:
    """An object with these of its texts cleaned."""
    for name in names:
        if name in forms:
            forms[name] = _encoded(redact.words(msgspec.json.decode(forms[name])))
    return _encoded(forms)


def _encoded(value: Any) -> Raw:
    return Raw(msgspec.json.encode(value))
