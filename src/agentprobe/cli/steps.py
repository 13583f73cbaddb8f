"""How far long work on a world is, as a bar on a terminal and as plain lines elsewhere."""

from __future__ import annotations

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


class Steps:
    """Shows the piece of work at hand; use it with `with`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._what = ""
        self._said: set[str] = set()
        self._task: TaskID | None = None

    def step(self, what: str, done: int = 0, total: int | None = None) -> None:
        if what != self._what or self._task is None:
            self._begin(what)
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total)

    def _begin(self, what: str) -> None:
        self._what = what
        if not self._console.is_terminal:
            if what not in self._said:
                self._console.print(what, markup=False, highlight=False)
            self._said.add(what)
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(what, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
