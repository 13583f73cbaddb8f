"""What is asked of many traces, and what is found: in a folder or in the store of a team."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class SessionFound:
    """A session as the index has it."""

    path: str
    session: str
    started: str
    seconds: float
    status: str
    exit: int | None
    simulated: int
    command: str
    problems: str
    models: int
    tools: int
    failed: int
    retried: int
    truncated: int
    input_tokens: int | None
    output_tokens: int | None
    dollars: float | None


@dataclass(frozen=True, kw_only=True)
class SpanFound:
    """A span as the index has it, and where it lies."""

    path: str
    session: str
    started: str
    number: int
    kind: str
    name: str
    at: float
    seconds: float | None
    error: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Conditions, all of which must hold; what is None or empty is none."""

    model: str = ""
    tool: str = ""
    text: str = ""
    """Words that stand together in one span."""
    error: str = ""
    """A part of an error's text."""
    failed: bool = False
    prompt: str = ""
    """The beginning of a system prompt's digest."""
    slower_seconds: float | None = None
    dearer_dollars: float | None = None
    status: str | None = None
    since: str = ""
    """An ISO date, or date and time."""
    until: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class Stat:
    """The figures of one model or tool."""

    kind: str
    name: str
    calls: int
    attempts: int
    failed: int
    truncated: int
    input_tokens: int
    output_tokens: int
    dollars: float | None
    """The sum of what has a price; None when nothing has."""
    unpriced: int
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None


class Traces(Protocol):
    """Many traces, wherever they are kept."""

    def sessions(self, wanted: Wanted) -> list[SessionFound]:
        """The newest sessions that meet the conditions."""

    def spans(self, wanted: Wanted) -> Iterator[SpanFound]:
        """The spans that hold a text and meet the conditions, those taken in last first."""

    def stats(self, kind: str = "") -> list[Stat]:
        """The figures of every model and tool, those called most first."""

    def errors(self, limit: int = 20) -> list[tuple[str, str, int]]:
        """The commonest errors: the name, the error, and how often."""

    def ended(self) -> list[tuple[str, str]]:
        """The path and the beginning of every session that has ended, the newest first."""

    def called(self, name: str) -> Sequence[tuple[str, str]]:
        """The sessions whose name begins so, or whose path it is, with their paths; the newest first."""

    def names(self, limit: int = 1000) -> list[str]:
        """The names of the newest sessions."""

    def said(self, span: SpanFound) -> str:
        """What can be searched of a span."""

    def here(self, path: str) -> AbstractContextManager[Path]:
        """A file to read a trace from, as long as the context lasts."""

    def place(self, path: str) -> str:
        """Where a trace lies, in words for people."""

    def delete(self, paths: Iterable[str]) -> None:
        """Throw traces away."""
