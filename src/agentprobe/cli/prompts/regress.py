"""`agentprobe prompts regress`: how many outputs a changed prompt shifts, and who has reviewed that."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import msgspec
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.cli.progress import Bars
from agentprobe.config.load import NAME, load_settings
from agentprobe.lab.grid import Selection
from agentprobe.lab.prompts.judgement import judged
from agentprobe.lab.prompts.regress import Regress, Regression
from agentprobe.report import terminal_regress
from agentprobe.scan.prompts.lock import NAME as LOCK
from agentprobe.scan.prompts.lock import Lock, read_lock


@click.command("regress")
@click.argument("old")
@click.argument("new")
@click.option("--config", default=NAME, show_default=True, type=click.Path(path_type=Path))
@click.option("--prompt", metavar="NAME", help="Only this prompt, as `prompts show` names it.")
@click.option(
    "--limit",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0, 100),
    help="Percent of outputs that may shift without review.",
)
@click.option(
    "--bound",
    default="share",
    show_default=True,
    type=click.Choice(["lower", "share", "upper"]),
    help="What is held against the limit: the share itself, or an end of its 95 % interval.",
)
@click.option("--exact", is_flag=True, help="Any other wording is a shift.")
@click.option("--control/--no-control", default=None, help="Run OLD twice; default: for real models.")
@click.option("--agent", "agents", multiple=True, metavar="NAME", help="Only this agent; repeatable.")
@click.option("--task", "tasks", multiple=True, metavar="ID", help="Only this task; repeatable.")
@click.option("--rows", multiple=True, type=int, metavar="N", help="Only this density; repeatable.")
@click.option("--repetitions", type=click.IntRange(1), metavar="N", help="How often each task is run.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes side by side.")
@click.option("--json", "data", type=click.Path(path_type=Path), help="Write what was found as JSON too.")
def command(
    old: str,
    new: str,
    config: Path,
    prompt: str | None,
    limit: float,
    bound: str,
    exact: bool,
    control: bool | None,
    agents: tuple[str, ...],
    tasks: tuple[str, ...],
    rows: tuple[int, ...],
    repetitions: int | None,
    workers: int | None,
    data: Path | None,
) -> int:
    """Run the tasks of agentprobe.toml with the OLD and with the NEW prompts, and count what shifts.

    \b
    OLD and NEW are each:  .         the project as it is
                           lock      the texts of agentprobe.lock
                           HEAD~1    a git revision; only its prompts are taken
                           FILE      a text, for the prompt that --prompt names

    Nothing in the project is changed: each side is a copy. An output has shifted when its verdict, its
    effects, the facts it names or most of its words differ on the same task and seed. Exit code: 1 where more
    shift than the limit allows and agentprobe.lock records no review of the change, 3 where the change never
    reached a model.
    """
    experiment = load_settings(config).experiment(config.parent)
    chosen = Selection(agents=agents, tasks=tasks, rows=rows, faults=False, repetitions=repetitions)
    twice = not experiment.model.simulated if control is None else control
    with (
        tempfile.TemporaryDirectory(prefix="agentprobe-regress-") as folder,
        Bars(Console(stderr=True)) as bars,
    ):
        regress = Regress(experiment, Path(folder).resolve(), progress=bars, workers=workers or 0)
        found = regress.compare((old, new), chosen, prompt=prompt, control=twice, exact=exact)
    lock = read_lock(config.parent / LOCK) if (config.parent / LOCK).is_file() else Lock()
    verdict = judged(found, lock, limit=limit / 100, bound=bound)
    Console(highlight=False).print(terminal_regress.draw(found, verdict), soft_wrap=True)
    if data is not None:
        write_whole(data, msgspec.json.format(_as_json(found), indent=2) + b"\n")
    return verdict.exit_code


def _as_json(found: Regression) -> bytes:
    shares = {"share": found.shift.share, "low": found.shift.bounds.low, "high": found.shift.bounds.high}
    return msgspec.json.encode({**shares, **msgspec.to_builtins(found)})
