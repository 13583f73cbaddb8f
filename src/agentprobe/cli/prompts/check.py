"""`agentprobe prompts check`: what has drifted from the lock, in the project or in what a run has said."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.cli.prompts._project import found_in, project, redaction
from agentprobe.report import terminal_prompts
from agentprobe.scan.prompts.drift import drifted
from agentprobe.scan.prompts.lock import NAME, Lock, read_lock
from agentprobe.scan.prompts.said import Match, Said, said_in
from agentprobe.trace.read import read_trace

_TRACE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("check")
@project
@click.option(
    "--trace", "traces", multiple=True, type=_TRACE, help="Compare what this run has said; repeatable."
)
@click.option("--strict", is_flag=True, help="With --trace: text beside the locked prompts is drift too.")
@click.option("--json", "data", type=click.Path(path_type=Path), help="Write what was found as JSON too.")
def command(project: Path, traces: tuple[Path, ...], strict: bool, data: Path | None) -> int:
    """Say which prompts are not as agentprobe.lock says, and show the difference.

    \b
    Without --trace: the prompts of the project. Exit code 1 where one is changed, new, gone or moved.
    With --trace:    the system prompts of recorded runs. Exit code 1 where one is not under lock, 3 where
                     the runs told their models none.
    """
    lock = read_lock(project / NAME)
    if traces:
        return _said(lock, traces, data, strict=strict)
    changes = drifted(lock, found_in(project).prompts, redaction())
    Console(highlight=False).print(terminal_prompts.drift(lock, changes), soft_wrap=True)
    _write(data, changes)
    return 1 if changes else 0


def _said(lock: Lock, traces: tuple[Path, ...], data: Path | None, *, strict: bool) -> int:
    found = {str(path): said_in(lock, read_trace(path)) for path in traces}
    console = Console(highlight=False)
    for path, said in found.items():
        console.print(terminal_prompts.said(path, said), soft_wrap=True)
    _write(data, found)
    every = [one for said in found.values() for one in said]
    if any(_is_drift(one, strict=strict) for one in every):
        return 1
    return 0 if all(found.values()) else 3


def _is_drift(said: Said, *, strict: bool) -> bool:
    allowed = (Match.LOCKED,) if strict else (Match.LOCKED, Match.WITHIN)
    return said.match not in allowed


def _write(data: Path | None, found: object) -> None:
    if data is not None:
        write_whole(data, msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
