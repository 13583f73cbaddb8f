"""`agentprobe chaos`: faults at the boundary; singles, pairs, then shrunk to the smallest failing set."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.chaos.fault import FAULTS
from agentprobe.chaos.schedule import Schedule
from agentprobe.cli.before_dashes import GroupBeforeDashes, behind
from agentprobe.cli.progress import Shots
from agentprobe.config.load import NAME, load_settings
from agentprobe.errors import ConfigError
from agentprobe.lab.chaos.found import Campaigned
from agentprobe.lab.chaos.of_command import experiment_of
from agentprobe.lab.chaos.prove import Proof, prove
from agentprobe.lab.chaos.run import COVERING, LINEAGE, Chaos, Chosen
from agentprobe.lab.chaos.suites import SUITES
from agentprobe.lab.settings import Experiment
from agentprobe.report import html_chaos, terminal_chaos


class _Group(GroupBeforeDashes):
    """The campaign; its `stress` brings scipy, half a second that no campaign need wait."""

    runs = "an agent"

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "stress"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name != "stress":
            return super().get_command(ctx, cmd_name)
        from agentprobe.cli.chaos_stress import command

        return command


@click.group("chaos", cls=_Group, invoke_without_command=True, subcommand_metavar="[-- COMMAND…]")
@click.option("--config", default=NAME, show_default=True, type=click.Path(path_type=Path))
@click.option("--agent", "agents", multiple=True, metavar="NAME", help="Only this agent; repeatable.")
@click.option("--task", "tasks", multiple=True, metavar="ID", help="Only this task; repeatable.")
@click.option("--rows", type=int, metavar="N", help="The density of the world; default: the smallest.")
@click.option("--suite", type=click.Choice(sorted(SUITES)), help="Which faults are tried; default: ci.")
@click.option("--only", multiple=True, metavar="FAULT", help="Only this fault, or strike; repeatable.")
@click.option("--fault", metavar="SCHEDULE", help="Shoot this schedule alone, or that of a FILE.")
@click.option("--singles", is_flag=True, help="Try each fault alone, and no combinations.")
@click.option("--triples", is_flag=True, help="Cover every three faults together, not every two.")
@click.option("--lineage", is_flag=True, help="Strike what good runs used, and certify what is left.")
@click.option("--together", type=click.IntRange(2, 32), metavar="K", help="Faults in one run, at most.")
@click.option("--repetitions", type=click.IntRange(1), metavar="N", help="How often each single is tried.")
@click.option("--runs", type=click.IntRange(1), metavar="N", help="The budget in runs.")
@click.option("--tokens", type=click.IntRange(1), metavar="N", help="The budget in tokens.")
@click.option("--dollars", type=click.FloatRange(0, min_open=True), metavar="X", help="The budget in money.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), metavar="X", help="The budget in time.")
@click.option("--seed", type=int, metavar="N", help="Decides all chance.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes side by side.")
@click.option("--sim", metavar="POLICY", help="With -- COMMAND: let a simulated model answer.")
@click.option("--reads", multiple=True, metavar="TOOL", help="With -- COMMAND: it only reads; repeatable.")
@click.option("--model-url", metavar="URL", help="With -- COMMAND: where the model is, if not where it goes.")
@click.option("--dry-run", is_flag=True, help="Say what would be tried and what it would cost.")
@click.option("--fresh", is_flag=True, help="Forget what was run before.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Where the HTML report goes.")
@click.option("--json", "data", type=click.Path(path_type=Path), help="Write what was found as JSON too.")
@click.pass_context
def command(ctx: click.Context, /, page: Path | None, data: Path | None, **options: Any) -> int | None:
    """Disturb an agent's world, and find the least that breaks it.

    \b
    agentprobe chaos                                      the agents of agentprobe.toml, suite ci
    agentprobe chaos --suite security --agent support
    agentprobe chaos -- python agent.py "Refund A-17"     an agent as it is, with no settings file
    agentprobe chaos --fault cut_stream@model:2 -- python agent.py
    agentprobe chaos prove                                the last findings again, on the mended agent

    First the agent runs undisturbed; then each fault alone, then several at once, each failing run made
    small at once. Exit code: 0 nothing found, 1 findings, 3 nothing could be observed.
    """
    if ctx.invoked_subcommand is not None:
        return None
    words = behind(ctx)
    experiment, chosen = _asked(ctx, words, **options)
    console = Console()
    with Shots(Console(stderr=True)) as shots:
        chaos = Chaos(experiment, chosen, shots, workers=options["workers"] or 0)
        if options["dry_run"]:
            planned = chaos.plan()
            shots.stop()
            console.print(terminal_chaos.plan(planned))
            return 0
        found = chaos.run()
    return _report(found, console, project=experiment.folder, page=page, data=data)


@command.command("list")
@click.option("--suite", default="everything", show_default=True, type=click.Choice(sorted(SUITES)))
def list_faults(suite: str) -> None:
    """Name the faults of a suite, with what happens."""
    Console().print(terminal_chaos.catalogue(kind for kind in FAULTS if SUITES[suite](kind)))


@command.command("show")
@click.argument("fault")
def show(fault: str) -> None:
    """Tell all about one fault: what happens, where it was seen, and what mends an agent."""
    kind = FAULTS.get(fault)
    click.echo(f"{kind.name} ({kind.family.value})\n\n{inspect.getdoc(kind)}\n\nA remedy: {kind.remedy}")
    click.echo(f"Mends: {', '.join(mend.value for mend in kind.mends)}")
    click.echo("Forms: " + "; ".join(terminal_chaos.form(one) for one in kind.variants()))


@command.command("prove")
@click.option("--config", default=NAME, show_default=True, type=click.Path(path_type=Path))
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes side by side.")
@click.option("--finding", "names", multiple=True, metavar="NAME", help="Only this one; repeatable.")
def prove_findings(config: Path, workers: int | None, names: tuple[str, ...]) -> int:
    """Run the findings of the last campaign again, with the same seeds, on the agent as it is now.

    Exit code: 0 all are mended, 1 some still break it, 3 some could not be struck any more.
    """
    with Shots(Console(stderr=True)) as shots:
        experiment = load_settings(config).experiment(config.parent) if config.exists() else None
        proofs = prove(experiment, shots, names=names, workers=workers or 0)
    Console().print(terminal_chaos.proofs(proofs))
    return _proved(proofs)


def _proved(proofs: Sequence[Proof]) -> int:
    if any(proof.breaks for proof in proofs):
        return 1
    return 3 if any(not proof.mended for proof in proofs) else 0


# -- what was asked for ------------------------------------------------------------------------------------


def _asked(
    ctx: click.Context,
    words: tuple[str, ...],
    *,
    config: Path,
    agents: tuple[str, ...],
    tasks: tuple[str, ...],
    rows: int | None,
    fault: str | None,
    lineage: bool,
    sim: str | None,
    model_url: str | None,
    reads: tuple[str, ...],
    fresh: bool,
    seed: int | None,
    **limits: Any,
) -> tuple[Experiment, Chosen]:
    """The experiment and which part of it; raises ConfigError for what cannot be meant."""
    if words:
        experiment = experiment_of(words, policy=sim or "", url=model_url or "", reads=reads)
    elif sim or model_url or reads:
        said = "--sim, --model-url and --reads are for an agent behind --"
        raise ConfigError(f"{said}; [model] and [agents.NAME] reads say it otherwise")
    else:
        experiment = load_settings(config).experiment(config.parent)
    experiment = msgspec.structs.replace(experiment, chaos=_limited(experiment, **limits))
    if seed is not None:
        experiment = msgspec.structs.replace(
            experiment, run=msgspec.structs.replace(experiment.run, seed=seed)
        )
    return experiment, Chosen(
        agents=agents,
        tasks=tasks,
        rows=rows,
        plan=LINEAGE if lineage else COVERING,
        fresh=fresh,
        derived=bool(words),
        schedule=_schedule(fault) if fault is not None else "",
        command=words,
        config="" if config == Path(NAME) else str(config),
        seed=seed,
        policy=sim or "",
        reads=reads,
    )


def _limited(
    experiment: Experiment,
    *,
    suite: str | None,
    only: tuple[str, ...],
    singles: bool,
    triples: bool,
    **numbers: Any,
) -> Any:
    """The settings of the campaign with what the command line says put in their place."""
    if singles and triples:
        raise ConfigError("--singles leaves combinations out and --triples wants more of them; give one")
    given = {
        name: numbers[name]
        for name in ("together", "repetitions", "runs", "tokens", "dollars", "minutes")
        if numbers[name] is not None
    }
    if suite is not None:
        given |= {"suite": suite, "faults": ()}
    if only:
        given["faults"] = only
    if singles or triples:
        given["strength"] = 1 if singles else 3
    return msgspec.structs.replace(experiment.chaos, **given)


def _schedule(text: str) -> str:
    if not text.strip():
        raise ConfigError("--fault names no fault; write one as in cut_answer@model:2, or leave it out")
    if text.endswith((".toml", ".json")):
        return str(Schedule.load(Path(text)))
    return str(Schedule.parse(text, where="--fault"))


# -- what is said --------------------------------------------------------------------------------------------


def _report(
    found: Campaigned, console: Console, *, project: Path, page: Path | None, data: Path | None
) -> int:
    console.print(terminal_chaos.draw(found))
    where = page or Path(found.folder) / "report.html"
    write_whole(where, html_chaos.page(found, project))
    if data is not None:
        write_whole(data, msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    console.print(f"\nReport: {_near(where)}", markup=False, highlight=False, soft_wrap=True)
    return found.exit_code


def _near(path: Path) -> str:
    """A path as it is shortest to read from here."""
    absolute, here = path.resolve(), Path.cwd().resolve()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)
