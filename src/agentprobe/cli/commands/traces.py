"""`agentprobe traces`: many recorded runs, listed, searched, counted, packed and thrown away."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from agentprobe.basis.clock import RealClock
from agentprobe.cli.main import FINDINGS, GOOD
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.report.terminal_trace import draw
from agentprobe.report.trace_words import counted
from agentprobe.report.traces_table import draw_hits, draw_sessions, draw_stats
from agentprobe.trace.read import read_trace
from agentprobe.trace.store import archive, prune, query
from agentprobe.trace.store.folder import TraceFolder
from agentprobe.trace.store.query import Wanted
from agentprobe.trace.store.rows import span_text

FOLDER = Path(".agentprobe/traces")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
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
    click.option("--since", default="", metavar="DATE", help="That began then or later."),
    click.option("--until", default="", metavar="DATE", help="That began before."),
    click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="So many."),
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


def _conditions(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_CONDITIONS):
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
@click.pass_context
def command(ctx: click.Context, /, folder: Path) -> None:
    """List, search, count, pack and prune recorded traces.

    \b
    agentprobe traces list --failed
    agentprobe traces show 20261121
    agentprobe traces grep "order 4711"
    agentprobe traces stats

    An index beside the traces answers; it is brought up to date at every call and may be deleted at any time.
    """
    ctx.obj = folder


@command.command("list")
@_conditions
@click.option("--text", default="", help="With these words, one after the other.")
@_JSON
@click.pass_obj
def list_(folder: Path, /, as_json: bool, **conditions: Any) -> None:
    """The newest sessions that meet all conditions."""
    with _opened(folder) as traces:
        found = query.sessions(traces.index, Wanted(**conditions))
    if as_json:
        _print_json([asdict(one) for one in found])
    elif found:
        Console(highlight=False).print(draw_sessions(found))
    else:
        click.echo("no session meets these conditions", err=True)


@command.command("show")
@click.argument("session")
@click.pass_obj
def show(folder: Path, /, session: str) -> None:
    """Draw one session, named by the beginning of its name or by its file."""
    with _opened(folder) as traces:
        path = _named(traces, session)
    Console(highlight=False).print(draw(read_trace(path)))


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
    with _opened(ctx.obj) as traces:
        found = list(query.spans(traces.index, Wanted(text=text, **conditions)))
        hits = [(span, span_text(traces.path(span.path), span.number)) for span in found]
    if as_json:
        _print_json([{**asdict(span), "text": said} for span, said in hits])
    elif hits:
        Console(highlight=False).print(draw_hits(hits, text))
    ctx.exit(GOOD if hits else FINDINGS)


@command.command("stats")
@click.option("--by", type=click.Choice(["model", "tool"]), help="Only models, or only tools.")
@_JSON
@click.pass_obj
def stats(folder: Path, /, by: str | None, as_json: bool) -> None:
    """Calls, failures, durations, tokens and cost of every model and tool."""
    with _opened(folder) as traces:
        found, errors = query.stats(traces.index, by or ""), query.errors(traces.index)
    if as_json:
        said = [{"name": name, "error": error, "times": times} for name, error, times in errors]
        _print_json({"names": [asdict(one) for one in found], "errors": said})
    else:
        Console(highlight=False).print(draw_stats(found, errors))


@command.command("export")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The .tar.gz.")
@_conditions
@click.option("--text", default="", help="With these words, one after the other.")
@click.pass_obj
def export(folder: Path, /, out: Path, **conditions: Any) -> None:
    """Pack the sessions that meet all conditions into one file."""
    with _opened(folder) as traces:
        found = query.sessions(traces.index, Wanted(**{**conditions, "limit": sys.maxsize}))
    number = archive.pack((folder / one.path for one in found), folder, out)
    click.echo(f"{counted(number, 'trace', 'traces')} in {out}", err=True)


@command.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.pass_obj
def import_(folder: Path, /, files: Sequence[Path]) -> None:
    """Take in traces, or archives that `export` has written."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = [one for file in files for one in archive.take_in(file, folder)]
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
    age = prune.age(older) if older is not None else None
    with _opened(ctx.obj) as traces:
        paths = prune.to_go(traces.index, now=RealClock().date(), older=age, keep=keep)
        for path in paths:
            click.echo(traces.path(path))
            if not dry_run:
                traces.path(path).unlink(missing_ok=True)
        if not dry_run:
            traces.refresh()
    done = "would go" if dry_run else "deleted"
    click.echo(f"{counted(len(paths), 'trace', 'traces')} {done}", err=True)


@contextmanager
def _opened(folder: Path) -> Iterator[TraceFolder]:
    """The folder with its index up to date; what cannot be read is said."""
    if not folder.is_dir():
        raise ConfigError(
            f"there is no folder {folder}; record a run with `agentprobe trace`, or name --folder"
        )
    traces = TraceFolder(folder)
    try:
        tells = sys.stderr.isatty()
        changed = traces.refresh(_telling if tells else lambda *_: None)
        for why in changed.unreadable:
            click.echo(f"agentprobe: {why}", err=True)
        yield traces
    finally:
        traces.close()


def _telling(done: int, of: int) -> None:
    if of > 200:
        click.echo(f"\rreading traces: {done:,} of {of:,}", err=True, nl=done == of)


def _named(traces: TraceFolder, session: str) -> Path:
    if Path(session).is_file():
        return Path(session)
    rows = traces.index.db.execute("SELECT session, path FROM sessions ORDER BY started DESC").fetchall()
    found = [(name, path) for name, path in rows if name.startswith(session) or path == session]
    if not found:
        near = did_you_mean(session, (name for name, _ in rows))
        raise ConfigError(f"no session '{session}' in {traces.folder}{near}")
    if len(found) > 1 and all(name != session for name, _ in found):
        names = ", ".join(name for name, _ in found[:5])
        raise ConfigError(f"'{session}' begins the names of {len(found)} sessions: {names}; write more of it")
    return traces.path(next((path for name, path in found if name == session), found[0][1]))


def _print_json(said: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(said), indent=2).decode())
