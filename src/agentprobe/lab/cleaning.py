"""Secrets kept out of all that a campaign writes beside its traces, which are clean from the beginning."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from agentprobe.domain.evidence import Evidence
from agentprobe.trace.redact import Redaction

MOST_KEPT = 1 << 20
"""So many bytes of what an agent prints are kept."""


@cache
def _redaction() -> Redaction:
    return Redaction()


def clean(data: bytes) -> bytes:
    """The same bytes with a word in the place of each secret."""
    return _redaction().clean(data)


def clean_text(text: str) -> str:
    """The same text without secrets, in characters that a file can hold."""
    return clean(text.encode("utf-8", "backslashreplace")).decode()


def clean_evidence(evidence: Evidence) -> Evidence:
    """The evidence without secrets in what the agent has said and done."""
    return replace(
        evidence,
        answer=clean_text(evidence.answer)[:MOST_KEPT],
        reason=clean_text(evidence.reason),
        effects=tuple((clean_text(intent), times) for intent, times in evidence.effects),
    )


def clean_file(path: Path) -> None:
    """Take the secrets out of a file that an agent has printed to, and what is too much of it."""
    draft = path.with_name(f"{path.name}.draft")
    with suppress(FileNotFoundError):
        text = clean(beginning(path))
        draft.touch(mode=0o600)
        draft.write_bytes(text)
        draft.replace(path)


def beginning(path: Path) -> bytes:
    """What is kept of what an agent has printed: whole lines, since half a secret is not known as one."""
    with path.open("rb") as file:
        text, size = file.read(MOST_KEPT), os.fstat(file.fileno()).st_size
    if size <= len(text):
        return text
    text = text[: text.rfind(b"\n") + 1]
    return text + f"… {size - len(text):,} further bytes are left out\n".encode()
