"""`agentprobe world snapshot`: production's data, sanitised, measured, and refused where it leaks."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import click
import msgspec
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.cli.planned import PAUSED, plan_of
from agentprobe.cli.steps import Steps
from agentprobe.cli.traces_where import traces_in
from agentprobe.errors import ConfigError
from agentprobe.report import html_world, terminal_world
from agentprobe.report.world_reports import reports
from agentprobe.worlds.fidelity.result import Fidelity
from agentprobe.worlds.keys import Key
from agentprobe.worlds.leaks.result import LeakReport
from agentprobe.worlds.manifest import MAPPED, Manifest
from agentprobe.worlds.plan import NAME, Plan, read_plan
from agentprobe.worlds.proof import proved
from agentprobe.worlds.snapshot import SnapshotRefused, snapshot
from agentprobe.worlds.sources import open_source

_PATH = click.Path(path_type=Path)


@click.command("snapshot")
@click.argument("source", required=False)
@click.option("--plan", "path", default=NAME, show_default=True, type=_PATH)
@click.option("--yes", is_flag=True, help="Take the guesses as they are, without a look at the plan.")
@click.option("--to", "target", type=_PATH, metavar="FOLDER", help="Default: worlds/NAME.")
@click.option("--mapped", is_flag=True, help="Production's rows under pseudonyms: still personal data.")
@click.option(
    "--key",
    "key_file",
    type=_PATH,
    metavar="FILE",
    help="Default: made, and kept apart.",
)
@click.option("--traces", type=_PATH, metavar="FOLDER", help="Ask what these runs asked.")
@click.option("--accept", default="", metavar="WORDS", help="Why you take it although a report refuses it.")
@click.option("--keep-refused", is_flag=True, help="Keep a refused snapshot beside, for looking only.")
@click.option("--html", "page", type=_PATH, help="Where the report goes; default: NAME.html.")
def command(
    source: str | None,
    path: Path,
    yes: bool,
    target: Path | None,
    mapped: bool,
    key_file: Path | None,
    traces: Path | None,
    accept: str,
    keep_refused: bool,
    page: Path | None,
) -> int:
    """Make a world of what SOURCE holds now, as the plan says.

    Without a plan one is written first, and the command ends with 75: look at it, then run the same again.
    By default rows are made anew from the source's shape; `--mapped` keeps production's rows under
    pseudonyms. The world is measured before it appears: does it ask the same questions, and does it tell
    anything of its source? Exit code: 0 it is there, 1 it was refused, 75 the plan waits for you.
    """
    console = Console()
    plan = _plan(source, path, console, yes=yes)
    if plan is None:
        return PAUSED
    plan = msgspec.structs.replace(plan, kind=MAPPED) if mapped else plan
    where, place = source or plan.source, target or Path("worlds") / plan.name
    key, kept = _key(key_file, plan.name)
    derived = {"source": plan.source, "plan_file": str(path), "key_file": str(kept), "kind": plan.kind}
    prove = partial(proved, traces=tuple(traces_in(traces)) if traces else ())
    try:
        with Steps(Console(stderr=True)) as steps:
            manifest = snapshot(
                open_source(where),
                plan,
                key,
                place,
                progress=steps,
                accept=accept,
                key_file=kept,
                keep_refused=keep_refused,
                derived=derived,
                prove=prove,
            )
    except SnapshotRefused as refused:
        _report(refused.manifest, refused.proof.fidelity, refused.proof.leaks, _page(page, place), console)
        click.echo(f"agentprobe: {refused}", err=True)
        return 1
    _report(manifest, *reports(manifest), _page(page, place), console)
    console.print(f"World: {place}\nKey: {kept}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _page(given: Path | None, place: Path) -> Path:
    return given or place.with_name(f"{place.name}.html")


def _report(
    manifest: Manifest, fidelity: Fidelity | None, leaks: LeakReport | None, page: Path, console: Console
) -> None:
    """Say what was measured, and write the page."""
    console.print(terminal_world.told(manifest, fidelity, leaks))
    write_whole(page, html_world.page(manifest, fidelity, leaks))
    console.print(f"\nReport: {page}", markup=False, highlight=False, soft_wrap=True)


def _plan(source: str | None, path: Path, console: Console, *, yes: bool) -> Plan | None:
    """The confirmed plan; None where one was just written for a person to look at."""
    if path.exists():
        return read_plan(path)
    if source is None:
        raise ConfigError(f"there is no plan {path}; name the source to have one written")
    plan = plan_of(source, path, console)
    return plan if yes else None


def _key(given: Path | None, name: str) -> tuple[Key, Path]:
    """The key of a snapshot and where it is kept: outside of the project, unless a file is named."""
    path = given or _home() / f"{name}.key"
    if path.exists() or given is not None:
        return Key.read(path), path
    key = Key.new()
    key.keep(path)
    return key, path


def _home() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "agentprobe" / "keys"
