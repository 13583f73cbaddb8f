"""A column of the matrix: one caller in the environment that has its library, running from cell to cell."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

ROOT = Path(__file__).parents[2]
CALLERS = Path(__file__).parent / "callers"
BEGINNING = 180.0
"""Seconds in which a caller must have imported its library."""
LONGEST, SHORT = 20.0, 1.5
"""Seconds that a caller really waits for silence: usually, and where silence is known to be what comes."""
LIMIT = 12.0
"""Seconds beyond these without a new request after which a cell is taken to hang."""
LOOK = 0.25
"""Seconds between two looks at what becomes of a cell."""
CAP = 30.0
"""Seconds after which it is taken to hang though it asks again and again."""
AFTERWARDS = 10.0
"""Seconds in which a caller that was called off must be ready again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One library as the matrix shows it."""

    name: str
    """Its file in callers/."""
    title: str
    environment: str = ""
    """The folder in .venvs that has the library; nothing for the environment that runs this."""

    @property
    def python(self) -> Path:
        """The interpreter that has the library."""
        if not self.environment:
            return Path(sys.executable)
        return ROOT / ".venvs" / self.environment / "bin" / "python"

    @property
    def program(self) -> Path:
        """The caller's file."""
        return CALLERS / f"{self.name}.py"


COLUMNS = (
    Column(name="openai_chat", title="openai chat"),
    Column(name="openai_responses", title="openai responses"),
    Column(name="anthropic_messages", title="anthropic"),
    Column(name="google_genai", title="google-genai"),
    Column(name="langgraph_agent", title="LangGraph"),
    Column(name="openai_agents", title="OpenAI Agents"),
    Column(name="openai_agents_chat", title="OpenAI Agents, chat"),
    Column(name="pydantic_ai_agent", title="PydanticAI"),
    Column(name="crewai_crew", title="CrewAI", environment="crewai"),
    Column(name="smolagents_tools", title="smolagents", environment="litellm"),
    Column(name="llamaindex_agent", title="LlamaIndex", environment="litellm"),
    Column(name="google_adk", title="Google ADK", environment="litellm"),
)


class Unavailable(Exception):
    """A caller cannot be started here."""


class Stuck(Exception):
    """A caller gave no answer in time, or died; it has to be begun anew."""

    def __init__(self, *, died: bool) -> None:
        super().__init__("it died" if died else "no end within the limit")
        self.died = died


class Silent(Exception):
    """The model keeps silent: what comes of it is found out sooner with less patience."""


@dataclass
class Caller:
    """A column's program under way; begun when it is first needed, and again after it was stuck."""

    column: Column
    libraries: Mapping[str, str] = field(default_factory=dict)
    """The versions that it runs on; known once it has begun."""
    _process: subprocess.Popen[str] | None = None
    _lines: queue.Queue[str | None] = field(default_factory=queue.Queue)
    _reader: threading.Thread = field(default_factory=threading.Thread)

    def begin(self) -> None:
        """Start the program; raises Unavailable where it does not come up."""
        if self._process is not None:
            return
        if not self.column.python.exists():
            raise Unavailable(f"no environment .venvs/{self.column.environment} here")
        with _log(self.column.name) as log:
            process = self._process = subprocess.Popen(
                [self.column.python, CALLERS / "_serving.py", self.column.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                text=True,
            )
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=_read, args=(process.stdout, self._lines), daemon=True)
        self._reader.start()
        try:
            self.libraries = self._line(BEGINNING)["libraries"]
        except Stuck as stuck:
            self.end()
            raise Unavailable(f"it does not start: {_last_words(self.column.name)}") from stuck

    def ask(
        self,
        url: str,
        *,
        streamed: bool,
        asked: Callable[[], int],
        silence: Callable[[], float] | None = None,
    ) -> Mapping[str, Any]:
        """Have the task carried out; raises Stuck where nothing comes of it, and then wants `recover`.

        `asked` says how many requests were made so far, `silence` how long the model has kept silent: where
        that is long, Silent is raised at once. Without `silence` the caller's own patience is cut short.
        """
        self.begin()
        assert self._process is not None
        assert self._process.stdin is not None
        longest = SHORT if silence is None else LONGEST
        told = {"url": url, "streamed": streamed, "longest": longest}
        try:
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Stuck(died=True) from error
        began = moved = time.monotonic()
        before = 0
        while True:
            try:
                return self._line(LOOK)
            except Stuck as stuck:
                now = time.monotonic()
                if asked() != before:
                    before, moved = asked(), now
                if silence is not None and silence() >= LONGEST:
                    raise Silent from None
                if stuck.died or now - moved > longest + LIMIT or now - began > CAP + longest:
                    raise

    def recover(self) -> None:
        """Call a caller off that was stuck, and take what it still has to say; or stop it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGUSR1)
        try:
            self._line(AFTERWARDS)
        except Stuck:
            self.end()

    def end(self) -> None:
        """Stop the program."""
        if self._process is not None:
            self._process.kill()
            self._reader.join()
            with self._process:  # closes what leads to it
                pass
        self._process = None

    def _line(self, seconds: float) -> Mapping[str, Any]:
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            line = ""
        if not line:
            raise Stuck(died=line is None)
        told: Mapping[str, Any] = json.loads(line)
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


def _read(stream: IO[str] | None, lines: queue.Queue[str | None]) -> None:
    """Pass on what a program says; at its end, nothing."""
    assert stream is not None
    for line in stream:
        lines.put(line)
    lines.put(None)


def _log(name: str) -> IO[str]:
    folder = ROOT / ".venvs" / "conformance-logs"
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / f"{name}.log").open("w")


def _last_words(name: str) -> str:
    lines = (ROOT / ".venvs" / "conformance-logs" / f"{name}.log").read_text().split("\n")
    return next((line for line in reversed(lines) if line.strip()), "no word of why")
