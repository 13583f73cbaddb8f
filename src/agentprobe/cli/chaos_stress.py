"""`agentprobe chaos stress`: many sessions of one agent at a time, and what their number does to them."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.cli.before_dashes import behind
from agentprobe.cli.progress import Bars
from agentprobe.config.load import NAME, load_settings
from agentprobe.errors import ConfigError
from agentprobe.lab.chaos.of_command import experiment_of
from agentprobe.lab.settings import Experiment
from agentprobe.lab.stress.found import Session, Stressed
from agentprobe.lab.stress.limit import limits_of
from agentprobe.lab.stress.load import Pace
from agentprobe.lab.stress.run import Stress, Wanted
from agentprobe.lab.stress.shape import Shape, burst, levels_of, ramp, soak
from agentprobe.report import terminal_stress
from agentprobe.report.stress_words import stage_words

SESSIONS = 20
"""So many a level of a ramp has, and so many run one at a time before a burst or a soak."""
TOGETHER = 8
"""So many go on at a time in a soak, unless it is said."""


@click.command("stress")
@click.option("--config", default=NAME, show_default=True, type=click.Path(path_type=Path))
@click.option("--agent", default="", metavar="NAME", help="Which agent; needed where there are several.")
@click.option("--task", "tasks", multiple=True, metavar="ID", help="Only this task; repeatable.")
@click.option("--rows", type=int, metavar="N", help="The density of the world; default: the smallest.")
@click.option("--burst", "at_once", type=click.IntRange(1), metavar="N", help="N sessions begin together.")
@click.option("--ramp", "levels", metavar="1,2,4", help="So many at a time, one level after the other.")
@click.option(
    "--soak",
    "seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="New sessions as old ones end, for so long.",
)
@click.option(
    "--sessions",
    type=click.IntRange(1),
    metavar="N",
    help=f"A ramp's level has so many ({SESSIONS}); a soak has so many at a time ({TOGETHER}).",
)
@click.option(
    "--base",
    default=SESSIONS,
    show_default=True,
    type=click.IntRange(1),
    metavar="N",
    help="How many run one at a time before a burst or a soak.",
)
@click.option(
    "--model-seconds",
    default=0.5,
    show_default=True,
    type=click.FloatRange(0),
    metavar="X",
    help="Until an answer of the simulated model begins.",
)
@click.option(
    "--token-rate",
    type=click.FloatRange(0, min_open=True),
    metavar="X",
    help="Tokens a second that it then writes; default: all at once.",
)
@click.option(
    "--limit", "rate", default="", metavar="N/s", help="Model calls that all sessions may make: 5/s, 300/min."
)
@click.option(
    "--capacity", type=click.IntRange(1), metavar="N", help="Model calls that may be under way at once."
)
@click.option(
    "--times",
    default=3.0,
    show_default=True,
    type=click.FloatRange(1, min_open=True),
    metavar="X",
    help="So many times the p95 of the base are too much.",
)
@click.option(
    "--minutes",
    default=5.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    metavar="X",
    help="The bound: it ends by itself.",
)
@click.option("--runs", type=click.IntRange(1), metavar="N", help="The budget in sessions.")
@click.option("--tokens", type=click.IntRange(1), metavar="N", help="The budget in tokens.")
@click.option("--dollars", type=click.FloatRange(0, min_open=True), metavar="X", help="The budget in money.")
@click.option("--sim", default="", metavar="POLICY", help="With -- COMMAND: let a simulated model answer.")
@click.option("--model-url", default="", metavar="URL", help="With -- COMMAND: where the model is.")
@click.option("--real", is_flag=True, help="Load a provider that is not on this machine.")
@click.option("--seed", type=int, metavar="N", help="Decides all chance.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Where the HTML report goes.")
@click.option("--json", "data", type=click.Path(path_type=Path), help="Write what was found as JSON too.")
@click.pass_context
def command(
    ctx: click.Context,
    config: Path,
    agent: str,
    tasks: tuple[str, ...],
    rows: int | None,
    at_once: int | None,
    levels: str | None,
    seconds: float | None,
    sessions: int | None,
    base: int,
    model_seconds: float,
    token_rate: float | None,
    rate: str,
    capacity: int | None,
    times: float,
    minutes: float,
    runs: int | None,
    tokens: int | None,
    dollars: float | None,
    sim: str,
    model_url: str,
    real: bool,
    seed: int | None,
    page: Path | None,
    data: Path | None,
) -> int:
    """Run many sessions of an agent at a time, and find from which number on it breaks.

    \b
    agentprobe chaos stress --ramp 1,2,4,8,16           one level after the other
    agentprobe chaos stress --burst 50 --capacity 20    50 begin together; the provider takes 20 calls
    agentprobe chaos stress --soak 120 --sessions 8     8 at a time for two minutes: what grows?
    agentprobe chaos stress --burst 20 --sim echo -- python agent.py "Hello"

    Callables share one process, as in a service; commands get one each. Exit code: 0 it stands the load,
    1 findings, 3 too little could be observed.
    """
    words = behind(ctx)
    if (sim or model_url) and not words:
        raise ConfigError("--sim and --model-url are for an agent behind --; [model] says it otherwise")
    if words:
        experiment = experiment_of(words, policy=sim, url=model_url)
    else:
        experiment = load_settings(config).experiment(config.parent)
    experiment = _limited(experiment, seed=seed, tokens=tokens, dollars=dollars)
    wanted = Wanted(
        shape=_shape(at_once, levels, seconds, sessions=sessions, base=base),
        agent=agent,
        tasks=tasks,
        rows=rows,
        limits=limits_of(rate, capacity),
        pace=Pace(first_token=model_seconds, token_rate=token_rate),
        times=times,
        minutes=minutes,
        runs=runs,
        derived=bool(words),
        real=real,
    )
    with Loads(Console(stderr=True)) as loads:
        found = Stress(experiment, wanted, loads).run()
    return _report(found, Console(), page=page, data=data)


class Loads(Bars):
    """How many sessions of a load are done, and how they went."""

    _good = _bad = 0

    def loading(self, agent: str, shape: Shape) -> None:
        """The load begins."""
        told = ", ".join(stage_words(stage) for stage in shape.stages)
        if not self._console.is_terminal:
            self._console.print(f"{agent}: {told}", highlight=False)
        self._show(f"{agent}: {shape.kind.value}", total=shape.sessions)

    def carried(self, session: Session) -> None:
        """A session is over and judged."""
        self._good += session.good
        self._bad += not session.good
        if self._task is not None:
            told = f"[green]{self._good} did it[/], [red]{self._bad} failed[/]"
            self._bar.update(self._task, advance=1, went=told)


def _limited(
    experiment: Experiment, *, seed: int | None, tokens: int | None, dollars: float | None
) -> Experiment:
    budget = {name: value for name, value in (("tokens", tokens), ("dollars", dollars)) if value is not None}
    chaos = msgspec.structs.replace(experiment.chaos, **budget)
    run = experiment.run if seed is None else msgspec.structs.replace(experiment.run, seed=seed)
    return msgspec.structs.replace(experiment, chaos=chaos, run=run)


def _shape(
    at_once: int | None, levels: str | None, seconds: float | None, *, sessions: int | None, base: int
) -> Shape:
    given = [one for one in (at_once, levels, seconds) if one is not None]
    if len(given) != 1:
        raise ConfigError("a load has one shape: give one of --burst N, --ramp 1,2,4,8 and --soak SECONDS")
    if at_once is not None:
        return burst(at_once, base)
    if levels is not None:
        return ramp(levels_of(levels), sessions or SESSIONS)
    assert seconds is not None, "the third is left"
    return soak(seconds, sessions or TOGETHER, base)


def _report(found: Stressed, console: Console, *, page: Path | None, data: Path | None) -> int:
    from agentprobe.report import html_stress  # it draws, and what draws takes a second to load

    console.print(terminal_stress.draw(found))
    where = page or Path(found.folder) / "report.html"
    write_whole(where, html_stress.page(found))
    if data is not None:
        write_whole(data, msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    absolute, here = where.resolve(), Path.cwd().resolve()
    near = absolute.relative_to(here) if absolute.is_relative_to(here) else where
    console.print(f"\nReport: {near}", markup=False, highlight=False, soft_wrap=True)
    return found.exit_code
