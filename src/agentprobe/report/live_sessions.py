"""Many traces on the screen while they are written: a line for each call, under its session's name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from agentprobe.report.live_trace import LOOK_SECONDS
from agentprobe.report.terminal_trace import live_line
from agentprobe.report.trace_words import clipped
from agentprobe.trace.read import Follower

WIDTH = 24
"""How many letters of a session's name are shown."""


class LiveSessions:
    """Prints the calls of the sessions it is told of as they end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._followed: dict[Path, tuple[str, Follower]] = {}
        self._lock = threading.Lock()

    def follow(self, name: str, path: Path) -> None:
        """From now on print the calls of this trace."""
        with self._lock:
            self._followed[path] = name, Follower(path)

    def forget(self, path: Path) -> None:
        """Print what is left of a trace that is closed."""
        self.look()
        with self._lock:
            self._followed.pop(path, None)

    def look(self) -> None:
        """Print the calls that have ended since the last look."""
        with self._lock:
            for name, follower in self._followed.values():
                for call in follower.finished():
                    line = Text(f"{clipped(name, WIDTH)} ", "cyan").append_text(live_line(call))
                    self._console.print(line, soft_wrap=True)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look again and again while the block runs, on a thread of its own."""
        over = threading.Event()

        def keep_looking() -> None:
            while not over.wait(LOOK_SECONDS):
                self.look()

        thread = threading.Thread(target=keep_looking, name="agentprobe-live", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self.look()
