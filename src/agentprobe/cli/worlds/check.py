"""`agentprobe world check`: which tasks test nothing."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import click
import msgspec
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.cli.progress import Bars
from agentprobe.config.load import NAME, load_settings
from agentprobe.lab.book import Book
from agentprobe.lab.grid import Selection
from agentprobe.lab.run import Campaign
from agentprobe.lab.runners.checking import checked
from agentprobe.report import terminal_worlds
from agentprobe.worlds.check import TaskCheck, Weight


@click.command("check")
@click.option("--config", default=NAME, show_default=True, type=click.Path(path_type=Path))
@click.option("--task", "tasks", multiple=True, metavar="ID", help="Only this task; repeatable.")
@click.option("--rows", multiple=True, type=int, metavar="N", help="Only this density; repeatable.")
@click.option("--json", "data", type=click.Path(path_type=Path), help="Write what was found as JSON too.")
def command(config: Path, tasks: tuple[str, ...], rows: tuple[int, ...], data: Path | None) -> int:
    """Say which tasks of agentprobe.toml test nothing, at which density, and what to add.

    A task tests nothing where what its prompt names is there once and nothing is like it: whoever calls the
    tool at all is right. Runs that were made before are looked at too: what did their searches find? Exit
    code: 1 where a task tests nothing at the highest density, 3 where nothing could be said of any.
    """
    experiment = load_settings(config).experiment(config.parent)
    with Bars(Console(stderr=True)) as bars, Campaign(experiment, progress=bars) as lab:
        book = lab.prepare(Selection(tasks=tasks, rows=rows))
        found = {
            level.rows: _chosen(
                lab.pool.do(checked, level.rows, lab.world(level.rows), _traces(book, level.rows)), tasks
            )
            for level in lab.levels
        }
    Console().print(terminal_worlds.weighed(found))
    if data is not None:
        told = [{"rows": at, "tasks": msgspec.to_builtins(checks)} for at, checks in found.items()]
        write_whole(data, msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
    return _code(list(found.values()))


def _chosen(checks: tuple[TaskCheck, ...], tasks: tuple[str, ...]) -> tuple[TaskCheck, ...]:
    return tuple(one for one in checks if not tasks or one.task in tasks)


def _traces(book: Book, rows: int | None) -> dict[str, list[Path]]:
    """The traces of undisturbed runs at a density, by task."""
    found: dict[str, list[Path]] = defaultdict(list)
    for item in book.evidence:
        if item.run.regime.rows == rows and not item.run.regime.schedule and item.trace:
            found[item.run.task].append(book.folder / item.trace)
    return dict(found)


def _code(levels: list[tuple[TaskCheck, ...]]) -> int:
    weights = {one.weight for checks in levels for one in checks}
    if weights <= {Weight.UNKNOWN}:
        return 3
    return 1 if any(one.weight is Weight.NOTHING for one in levels[-1]) else 0
