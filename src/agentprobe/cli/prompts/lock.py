"""`agentprobe prompts lock`: write down the prompts as they are now, and who has reviewed them."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from agentprobe.basis.clock import RealClock
from agentprobe.cli.prompts._project import found_in, project, redaction
from agentprobe.errors import ConfigError
from agentprobe.report import terminal_prompts
from agentprobe.scan.prompts.drift import drifted
from agentprobe.scan.prompts.lock import NAME, Lock, Review, locked, read_lock, write_lock
from agentprobe.scan.prompts.said import seen_only
from agentprobe.trace.read import read_trace


@click.command("lock")
@project
@click.option("--reviewed-by", metavar="NAME", help="Who has looked at what changed.")
@click.option("--reason", metavar="TEXT", help="With --reviewed-by: why the change is right.")
@click.option(
    "--trace",
    "traces",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Lock what this run has said and no file holds, too; repeatable.",
)
def command(project: Path, reviewed_by: str | None, reason: str | None, traces: tuple[Path, ...]) -> int:
    """Write agentprobe.lock: each prompt with its digest, its text without secrets, and its review.

    A prompt that has not changed keeps its review. Exit code 3 where the project has no prompts.
    """
    if (reviewed_by is None) != (reason is None):
        raise ConfigError("a review has a name and a reason; give both --reviewed-by and --reason")
    path = project / NAME
    before = read_lock(path) if path.exists() else Lock()
    prompts = found_in(project).prompts
    if traces:
        known = locked(prompts, before)
        prompts = (*prompts, *seen_only(known, map(read_trace, traces)))
    if not prompts:
        click.echo(f"there are no prompts in {project.resolve()}", err=True)
        return 3
    hidden = redaction()
    today = RealClock().date().date().isoformat()
    review = Review(by=reviewed_by, on=today, reason=reason) if reviewed_by and reason else None
    changes = drifted(before, prompts, hidden)
    now = locked(prompts, before, review=review, redaction=hidden)
    if now != before:
        write_lock(path, now)
    Console(highlight=False).print(terminal_prompts.written(now, changes, path), soft_wrap=True)
    return 0
