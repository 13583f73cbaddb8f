"""How far a campaign is, as a bar on the terminal and as plain lines elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from agentprobe.domain.evidence import Evidence, Status
from agentprobe.domain.reaction import HARMLESS
from agentprobe.lab.chaos.shot import Shown


class Bars:
    """Shows what is being prepared, then how many runs are done, how they went, and how long it will take."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[went]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._passed = self._failed = self._other = 0
        self._stopped = False

    def preparing(self, what: str) -> None:
        if self._console.is_terminal:
            self._show(f"preparing {what}", total=None)
        else:
            self._console.print(f"preparing {what}", highlight=False)

    def planned(self, total: int, done: int) -> None:
        self._show("runs", total=total, completed=done)
        if not self._console.is_terminal or done:
            kept = f", {done} of them kept from before" if done else ""
            self._console.print(f"{total} run{'' if total == 1 else 's'}{kept}", highlight=False)

    def ran(self, evidence: Evidence) -> None:
        self._passed += evidence.status is Status.PASSED
        self._failed += evidence.status is Status.FAILED
        self._other += evidence.status in (Status.INCONCLUSIVE, Status.ERROR)
        if self._task is not None:
            self._bar.update(self._task, advance=1, went=self._went())

    def _went(self) -> str:
        other = f", {self._other} other" if self._other else ""
        return f"[green]{self._passed} passed[/], [red]{self._failed} failed[/]{other}"

    def _show(self, what: str, *, total: int | None, completed: int = 0) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(what, total=total, completed=completed, went="")

    def stop(self) -> None:
        """Take the bar off the terminal."""
        if not self._stopped:
            self._stopped = True
            self._bar.stop()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Shots(Bars):
    """The same for a campaign of faults, whose length nobody knows before its end."""

    _found = _shots = 0

    def hunting(self, agent: str, task: str, strikes: int) -> None:
        """A subject's turn has come."""
        self._found = self._shots = 0
        self._what = f"{agent}, {task}: {strikes} fault{'' if strikes == 1 else 's'}"
        if self._console.is_terminal:
            self._show(self._what, total=None)
        else:
            self._console.print(self._what, highlight=False)

    def shot(self, shown: Shown) -> None:
        """A run under faults is done."""
        self._shots += 1
        self._found += shown.reaction.tells and shown.reaction not in HARMLESS
        if self._task is not None:
            told = f"[red]{self._found} broke it[/]" if self._found else "[green]it stands[/]"
            self._bar.update(self._task, advance=1, went=told)
