"""A trace on the screen while it is being written: a line a call that has ended, and what is under way.

Where the agent's own output goes elsewhere, the calls under way stand below the lines and are redrawn. Where
it shares the terminal nothing is redrawn, for that would write over what the agent says: a call that takes
long is named in a line of its own, after two seconds, four, eight and so on.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from agentprobe.basis.clock import Clock, RealClock
from agentprobe.domain.call import Kind
from agentprobe.report.terminal_trace import live_line
from agentprobe.report.trace_words import clipped, counted, duration
from agentprobe.trace.read import Follower
from agentprobe.trace.records import CallRecord

LOOK_SECONDS = 0.1
"""How often the file is looked at."""
LONG_SECONDS = 2.0
"""A call that is under way for so long is named; and again whenever the time has doubled."""
MOST = 8
"""So many calls under way are shown one by one."""


@contextmanager
def live(path: Path, console: Console) -> Iterator[None]:
    """While the session writes to `path`, print its calls as they end, whichever process made them."""
    redrawn = console.is_terminal and not sys.stdout.isatty()
    watch, over = Watch(Follower(path), console, RealClock(), redrawn=redrawn), threading.Event()
    area = Live(console=console, get_renderable=watch.under_way, refresh_per_second=8, transient=True)

    def follow() -> None:
        while not over.wait(LOOK_SECONDS):
            watch.look()
        watch.look()

    thread = threading.Thread(target=follow, name="agentprobe-live", daemon=True)
    with area if redrawn else nullcontext():
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


class Watch:
    """What is known of a session that is being written."""

    def __init__(self, follower: Follower, console: Console, clock: Clock, *, redrawn: bool) -> None:
        self._follower = follower
        self._console = console
        self._clock = clock
        self._redrawn = redrawn
        self._open: dict[tuple[str, str], tuple[CallRecord, float, float]] = {}
        """By process and id: a call under way, when it was first seen, after how many seconds it is named."""

    def look(self) -> None:
        """Print what has ended since the last look, and what takes long."""
        for call in self._follower.finished():
            if call.kind is not Kind.STATE:
                self._console.print(live_line(call), soft_wrap=True)
        now, before = self._clock.now(), self._open
        calls = [call for call in self._follower.under_way() if call.kind != Kind.STATE]
        self._open = {
            (call.by, call.id): before.get((call.by, call.id), (call, now, LONG_SECONDS)) for call in calls
        }
        if not self._redrawn:
            self._name_the_long_ones(now)

    def under_way(self) -> Group:
        """The calls under way, each with the time it has taken so far."""
        now = self._clock.now()
        calls = list(self._open.values())
        lines = [_waiting(call, now - seen) for call, seen, _ in calls[:MOST]]
        if len(calls) > MOST:
            lines.append(Text(f"           and {counted(len(calls) - MOST, 'call', 'calls')} more", "dim"))
        return Group(*lines)

    def _name_the_long_ones(self, now: float) -> None:
        for key, (call, seen, after) in self._open.items():
            if now - seen >= after:
                self._console.print(_waiting(call, now - seen), soft_wrap=True)
                self._open[key] = (call, seen, after * 2)


def _waiting(call: CallRecord, seconds: float) -> Text:
    line = Text(f"{call.at:8.3f} s  ", "dim")
    line.append(f"{call.kind:<5} ", "bold").append(clipped(call.name, 28))
    return line.append(f" · under way for {duration(seconds)}", "yellow")
