"""`agentprobe traces`: many recorded runs, listed, searched, counted, packed and thrown away."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec
from click.core import ParameterSource
from rich.console import Console

from agentprobe.adapters.team.address import VARIABLE
from agentprobe.adapters.team.push import push
from agentprobe.basis.clock import RealClock
from agentprobe.cli.main import FINDINGS, GOOD
from agentprobe.cli.traces_where import Where, named, progress
from agentprobe.errors import ConfigError
from agentprobe.report.terminal_trace import draw
from agentprobe.report.trace_words import counted, plain
from agentprobe.report.traces_table import draw_hits, draw_sessions, draw_stats
from agentprobe.trace.read import read_trace
from agentprobe.trace.store import archive, prune
from agentprobe.trace.store.found import Wanted
from agentprobe.trace.store.times import age as age_of
from agentprobe.trace.store.times import moment

FOLDER = Path(".agentprobe/traces")
_WIDE = 160
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _moment(_: click.Context, parameter: click.Parameter, text: str) -> str:
    """What stands behind `--since` and `--until`, spelled as the traces spell it."""
    return moment(text, now=RealClock().date(), option=f"--{parameter.name}") if text else ""


_CONDITIONS = (
    click.option("--model", default="", help="That asked this model; * stands for anything."),
    click.option("--tool", default="", help="That used this tool; * stands for anything."),
    click.option("--error", default="", help="With an error that holds this text."),
    click.option("--failed", is_flag=True, help="In which a call failed."),
    click.option("--prompt", default="", metavar="DIGEST", help="With this system prompt, by its digest."),
    click.option("--slower", "slower_seconds", type=float, metavar="S", help="With a call that took longer."),
    click.option("--dearer", "dearer_dollars", type=float, metavar="USD", help="With a call that cost more."),
    click.option(
        "--status",
        type=click.Choice(["ok", "failed", "stopped", "open", "unreadable"]),
        help="How the session ended.",
    ),
    click.option(
        "--since",
        default="",
        metavar="DATE",
        callback=_moment,
        help="That began then or later, or so long ago.",
    ),
    click.option("--until", default="", metavar="DATE", callback=_moment, help="That began before."),
    click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="So many."),
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


def _conditions(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_CONDITIONS):
        function = option(function)
    return function


def _all_that_meet(function: Callable[..., Any]) -> Callable[..., Any]:
    """The conditions, of which all and not the newest few are meant."""
    for option in reversed(_CONDITIONS[:-1]):
        function = option(function)
    return function


@click.group("traces")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    help="Where the traces lie.",
)
@click.option(
    "--store",
    default="",
    envvar=VARIABLE,
    metavar="URL",
    help=f"Ask a team's store instead: postgresql://…; or set {VARIABLE}.",
)
@click.option("--project", help="The project in the store; by default the name of the folder.")
@click.pass_context
def command(ctx: click.Context, /, folder: Path, store: str, project: str | None) -> None:
    """List, search, count, pack and prune recorded traces, here or in the store of a team.

    \b
    agentprobe traces list --failed
    agentprobe traces show 20261121
    agentprobe traces grep "order 4711"
    agentprobe traces stats
    agentprobe traces push --to postgresql://anna@db.example/traces

    An index beside the traces answers; it is brought up to date at every call and may be deleted at any time.
    """
    ctx.obj = Where(
        folder=folder,
        folder_said=ctx.get_parameter_source("folder") is ParameterSource.COMMANDLINE,
        store=store,
        store_said=ctx.get_parameter_source("store") is ParameterSource.COMMANDLINE,
        project=project,
    )


@command.command("list")
@_conditions
@click.option("--text", default="", help="With these words, one after the other.")
@_JSON
@click.pass_obj
def list_(where: Where, /, as_json: bool, **conditions: Any) -> None:
    """The newest sessions that meet all conditions."""
    with where.opened() as traces:
        found = traces.sessions(Wanted(**conditions))
    if as_json:
        _print_json([asdict(one) for one in found])
    elif found:
        _wide().print(draw_sessions(found))
    else:
        click.echo("no session meets these conditions", err=True)


@command.command("show")
@click.argument("session")
@click.pass_obj
def show(where: Where, /, session: str) -> None:
    """Draw one session, named by the beginning of its name or by its file."""
    if Path(session).is_file():
        Console(highlight=False).print(draw(read_trace(Path(session))))
        return
    with where.opened() as traces, traces.here(named(traces, session)) as file:
        Console(highlight=False).print(draw(read_trace(file)))


@command.command("grep")
@click.argument("text")
@_conditions
@_JSON
@click.pass_context
def grep(ctx: click.Context, /, text: str, as_json: bool, **conditions: Any) -> None:
    """Find the calls in which these words stand together.

    Requests, answers, arguments, results and errors are searched, word by word. The exit code is 1 when
    nothing is found.
    """
    where: Where = ctx.obj
    with where.opened() as traces:
        found = list(traces.spans(Wanted(text=text, **conditions)))
        hits = [(span, traces.said(span)) for span in found]
    if as_json:
        _print_json([{**asdict(span), "text": said} for span, said in hits])
    elif hits:
        _wide().print(draw_hits(hits, text))
    ctx.exit(GOOD if hits else FINDINGS)


@command.command("stats")
@click.option("--by", type=click.Choice(["model", "tool"]), help="Only models, or only tools.")
@_JSON
@click.pass_obj
def stats(where: Where, /, by: str | None, as_json: bool) -> None:
    """Calls, failures, durations, tokens and cost of every model and tool."""
    with where.opened() as traces:
        found, errors = traces.stats(by or ""), traces.errors()
    if as_json:
        said = [{"name": name, "error": error, "times": times} for name, error, times in errors]
        _print_json({"names": [asdict(one) for one in found], "errors": said})
    else:
        _wide().print(draw_stats(found, errors))


@command.command("export")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The .tar.gz.")
@_conditions
@click.option("--text", default="", help="With these words, one after the other.")
@click.pass_obj
def export(where: Where, /, out: Path, **conditions: Any) -> None:
    """Pack the sessions that meet all conditions into one file."""
    with where.opened() as traces:
        found = traces.sessions(Wanted(**{**conditions, "limit": sys.maxsize}))
        number = archive.pack(((one.path, traces.here(one.path)) for one in found), out)
    click.echo(f"{counted(number, 'trace', 'traces')} in {out}", err=True)


@command.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.pass_obj
def import_(where: Where, /, files: Sequence[Path]) -> None:
    """Take in traces, or archives that `export` has written."""
    if where.store_said:
        raise ConfigError("traces are taken in by a folder; `push` brings them from there into the store")
    where.folder.mkdir(parents=True, exist_ok=True)
    taken = [one for file in files for one in archive.take_in(file, where.folder)]
    new = sum(not one.already for one in taken)
    there = f", {len(taken) - new} were there already" if new < len(taken) else ""
    click.echo(f"{counted(new, 'trace', 'traces')} taken in{there}", err=True)


@command.command("prune")
@click.option("--older", metavar="AGE", help="That began longer ago: 30d, 12h, 2w.")
@click.option("--keep", type=click.IntRange(min=0), metavar="N", help="All but the newest N.")
@click.option("--dry-run", is_flag=True, help="Only say which.")
@click.pass_context
def prune_(ctx: click.Context, /, older: str | None, keep: int | None, dry_run: bool) -> None:
    """Delete old traces. Sessions that are still open stay."""
    if older is None and keep is None:
        ctx.fail("say which traces are to go, with --older AGE or --keep N")
    where: Where = ctx.obj
    if where.is_team and not where.store_said:
        ctx.fail(f"{VARIABLE} is set: say --store URL to prune the team's store, or --folder to prune here")
    age = age_of(older) if older is not None else None
    with where.opened() as traces:
        paths = prune.to_go(traces.ended(), now=RealClock().date(), older=age, keep=keep)
        for path in paths:
            click.echo(plain(traces.place(path)))
        if not dry_run:
            traces.delete(paths)
    done = "would go" if dry_run else "deleted"
    click.echo(f"{counted(len(paths), 'trace', 'traces')} {done}", err=True)


@command.command("push")
@click.option("--to", default="", metavar="URL", help="The store; by default that of --store.")
@_all_that_meet
@click.option("--text", default="", help="With these words, one after the other.")
@click.pass_obj
def push_(where: Where, /, to: str, **conditions: Any) -> None:
    """Bring the sessions that meet all conditions into the store of a team.

    What is there already stays as it is; a session that has gone on since takes the place of its beginning.
    After an interruption the same command goes on where it was.
    """
    with where.here() as traces:
        found = traces.sessions(Wanted(**conditions, limit=sys.maxsize))
    paths = [one.path for one in reversed(found) if one.status != "unreadable"]
    with where.team(to, make=True) as store:
        done = push(store, where.folder, paths, progress("pushing"))
    for why in done.unreadable:
        click.echo(f"agentprobe: {plain(why)}", err=True)
    there = f", {done.already} were there already" if done.already else ""
    said = f"{counted(done.new, 'trace', 'traces')} pushed to {plain(store.name)}{there}"
    click.echo(said, err=True)


@command.command("pull")
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@click.pass_obj
def pull(where: Where, /, names: Sequence[str]) -> None:
    """Bring sessions from the store into the folder, byte for byte.

    They are named by the beginning of their names or by their files; no other trace is written over.
    """
    with where.team() as store:
        for name in names:
            path = named(store, name)
            taken = archive.placed(archive.inside(path, store.shown), store.content(path), where.folder)
            click.echo(f"{plain(str(taken.path))}{' was there already' if taken.already else ''}")


def _wide() -> Console:
    """A console for tables: as wide as the terminal; wide enough for a line a row where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDE)


def _print_json(said: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(said), indent=2).decode())
