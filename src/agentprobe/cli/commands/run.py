"""`agentprobe run`: agents × tasks × density × faults × repetitions, to evidence, a report and a verdict."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import msgspec
from rich.console import Console

from agentprobe.basis.clock import RealClock
from agentprobe.basis.files import write_whole
from agentprobe.cli.locked_prompts import one_run_an_agent, prompts_not_locked
from agentprobe.cli.progress import Bars
from agentprobe.config.load import NAME, load_settings
from agentprobe.config.settings import Settings
from agentprobe.domain.evidence import Evidence
from agentprobe.gate import Policy, judge
from agentprobe.lab.book import Book
from agentprobe.lab.findings import Findings
from agentprobe.lab.grid import Selection
from agentprobe.lab.run import Campaign
from agentprobe.lab.settings import Experiment
from agentprobe.lab.summary import Bar, summarise
from agentprobe.lab.warnings import taken
from agentprobe.report import html, terminal, words

INTERRUPTED = 130


@click.command("run")
@click.option("--config", default=NAME, show_default=True, type=click.Path(path_type=Path))
@click.option("--agent", "agents", multiple=True, metavar="NAME", help="Only this agent; repeatable.")
@click.option("--task", "tasks", multiple=True, metavar="ID", help="Only this task; repeatable.")
@click.option("--rows", multiple=True, type=int, metavar="N", help="Only this density; repeatable.")
@click.option("--no-faults", is_flag=True, help="Leave the fault schedules out.")
@click.option("--repetitions", type=click.IntRange(1), metavar="N", help="How often each task is run.")
@click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Processes side by side; default: cores."
)
@click.option("--only", metavar="KEY", help="Carry out one run again, and show its trace.")
@click.option("--fresh", is_flag=True, help="Forget what was run before.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Where the HTML report goes.")
@click.option("--json", "data", type=click.Path(path_type=Path), help="Write the findings as JSON too.")
def command(
    config: Path,
    agents: tuple[str, ...],
    tasks: tuple[str, ...],
    rows: tuple[int, ...],
    no_faults: bool,
    repetitions: int | None,
    workers: int | None,
    only: str | None,
    fresh: bool,
    page: Path | None,
    data: Path | None,
) -> int:
    """Run the agents of agentprobe.toml in every regime, and judge them.

    What is done is kept as it is done: stopped with Ctrl-C, the same command goes on where it was. The exit
    code is the verdict's: 0 pass, 1 fail, 3 not observed.
    """
    settings = load_settings(config)
    experiment = settings.experiment(config.parent)
    chosen = Selection(agents=agents, tasks=tasks, rows=rows, faults=not no_faults, repetitions=repetitions)
    console = Console()
    with Bars(Console(stderr=True)) as bars, Campaign(experiment, workers=workers or 0, progress=bars) as lab:
        book = lab.prepare(chosen, fresh=fresh)
        if only is not None:
            bars.stop()
            return _again(lab, book, only, console)
        try:
            lab.run()
        except KeyboardInterrupt:
            bars.stop()
            _say_stopped(book)
            return INTERRUPTED
    for warning in taken(book.folder):
        click.echo(f"agentprobe: {book.folder / warning}; delete the file", err=True)
    if (odd := prompts_not_locked(one_run_an_agent(book), config.parent)) is not None:
        Console(stderr=True).print(odd, soft_wrap=True)
    again = (
        "agentprobe run" if config == Path(NAME) else f"agentprobe run --config {shlex.quote(str(config))}"
    )
    found = findings(settings, experiment, chosen, book, again, lab.evidence)
    return _report(found, book, console, page=page, data=data)


def _say_stopped(book: Book) -> None:
    done, planned = len(book.evidence), len(book.plan.runs)
    click.echo(
        f"stopped: {done} of {planned} runs are done and kept; the same command goes on with the rest",
        err=True,
    )


def _report(found: Findings, book: Book, console: Console, *, page: Path | None, data: Path | None) -> int:
    """Say what was found; the exit code is the verdict's."""
    console.print(terminal.draw(found))
    where = page or book.folder / "report.html"
    write_whole(where, html.page(found))
    if data is not None:
        write_whole(data, msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    console.print(f"\nReport: {_near(where)}", markup=False, highlight=False, soft_wrap=True)
    return found.verdict.decision.exit_code


def findings(
    settings: Settings,
    experiment: Experiment,
    chosen: Selection,
    book: Book,
    again: str = "agentprobe run",
    evidence: Sequence[Evidence] | None = None,
) -> Findings:
    """What a book of evidence says under the settings' policy; `evidence` as its worlds are judged now."""
    policy = _policy(settings, chosen.agents)
    counted = book.evidence if evidence is None else evidence
    verdict = judge(policy, counted, RealClock().date(), partial=bool(chosen.tasks))
    bar = Bar(required=policy.pass_rate, confidence=policy.confidence, again=again)
    return summarise(experiment, book, verdict, bar)


def _policy(settings: Settings, agents: Sequence[str]) -> Policy:
    """The policy with what it leaves open filled in from the settings."""
    policy = settings.gate
    rows = policy.rows or (max(settings.world.rows) if settings.world else None)
    named = policy.agents or tuple(settings.agents)
    judged = tuple(name for name in named if name in agents) if agents else named
    return msgspec.structs.replace(policy, rows=rows, agents=judged or tuple(agents))


def _again(lab: Campaign, book: Book, prefix: str, console: Console) -> int:
    """Carry out one run again; 0 when it came out the same as before, 1 when it did not."""
    from agentprobe.report import terminal_trace
    from agentprobe.trace.read import read_trace

    run = book.plan.find(prefix)
    before = book.find(run.key)
    trace = book.folder / "again" / f"{run.key}.jsonl"
    now = replace(lab.repeat(run, trace), trace=str(trace.relative_to(book.folder)))
    if trace.exists():
        console.print(terminal_trace.draw(read_trace(trace)))
    where = f"{run.agent}, {run.task}, {run.regime.schedule or 'no fault'}, seed {run.seed}"
    console.print(f"\n{where}\n{_told(now)}", markup=False, highlight=False)
    console.print(f"Trace: {_near(trace)}", markup=False, highlight=False, soft_wrap=True)
    if before is None:
        console.print("It had not been run before.", highlight=False)
        return 0
    if differences := _differences(before, now):
        console.print("It came out otherwise than before:", highlight=False)
        for line in differences:
            console.print(f"  {line}", markup=False, highlight=False)
        return 1
    console.print("It came out the same as before.", highlight=False)
    return 0


def _told(evidence: Evidence) -> str:
    mode = f" ({evidence.mode.value.replace('_', ' ')})" if evidence.mode else ""
    said = f"{evidence.status.value}{mode}{': ' if evidence.reason else ''}{evidence.reason}"
    lines = (said, *f"answer: {evidence.answer}".splitlines())
    return "\n".join(map(words.plain, lines))


def _differences(before: Evidence, now: Evidence) -> list[str]:
    """What of a run is not as it was, apart from when it was and where its trace lies."""
    names = (
        "status",
        "mode",
        "reason",
        "answer",
        "receipts",
        "effects",
        "model_calls",
        "tool_calls",
        "input_tokens",
        "output_tokens",
    )
    return [
        f"{name}: {getattr(before, name)!r} before, {getattr(now, name)!r} now"
        for name in names
        if getattr(before, name) != getattr(now, name)
    ]


def _near(path: Path) -> str:
    """A path as it is shortest to read from here."""
    absolute = path.resolve()
    here = Path.cwd().resolve()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)
