"""A trace on the screen while it is being written: one line for each call that has ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from agentprobe.domain.call import Kind
from agentprobe.report.terminal_trace import live_line
from agentprobe.trace.read import Follower

LOOK_SECONDS = 0.1
"""How often the file is looked at."""


@contextmanager
def live(path: Path, console: Console) -> Iterator[None]:
    """While the session writes to `path`, print its calls as they end, whichever process made them."""
    follower, over = Follower(path), threading.Event()

    def look() -> None:
        for call in follower.finished():
            if call.kind is Kind.STATE:
                continue
            console.print(live_line(call), soft_wrap=True)

    def follow() -> None:
        while not over.wait(LOOK_SECONDS):
            look()
        look()

    thread = threading.Thread(target=follow, name="agentprobe-live", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
