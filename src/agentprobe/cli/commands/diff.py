"""`agentprobe diff`: where two runs, or two sets of runs, part, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console, RenderableType

from agentprobe.cli.trace_files import traces_at
from agentprobe.lab.behaviour import moved
from agentprobe.report.html_diff import diff_page
from agentprobe.report.html_sets import sets_page
from agentprobe.report.json_diff import diff_json
from agentprobe.report.sets_diff import draw_sets, sets_json
from agentprobe.report.terminal_diff import draw_diff
from agentprobe.trace.diff.compare import diff
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

_RUN = click.Path(exists=True, path_type=Path)


@click.command("diff")
@click.argument("runs", nargs=-1, type=_RUN, metavar="[A B]")
@click.option("--run-a", multiple=True, type=_RUN, help="The first run, or one of the first set; repeatable.")
@click.option("--run-b", multiple=True, type=_RUN, help="The second run, or one of the second; repeatable.")
@click.option("--all", "every", is_flag=True, help="List every step that differs.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write it as JSON too; - prints it."
)
@click.option("--html", type=click.Path(path_type=Path), help="Write it as a page too.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    runs: tuple[Path, ...],
    run_a: tuple[Path, ...],
    run_b: tuple[Path, ...],
    every: bool,
    json_file: Path | None,
    html: Path | None,
) -> None:
    """Say where two recorded runs first part, and why.

    \b
    agentprobe diff before.jsonl after.jsonl
    agentprobe diff --run-a trace_001.json --run-b trace_002.json
    agentprobe diff before/ after/

    Of folders, or of several files on a side, it says which behaviours moved. It ends with 0 when nothing
    differs and with 1 when something does; how long a step took does not count.
    """
    a, b = _sides(ctx, runs, run_a, run_b)
    if len(a) == len(b) == 1:
        pair = diff(read_trace(a[0]), read_trace(b[0]))
        _tell(draw_diff(pair, every=every), diff_json(pair) if json_file else b"", json_file)
        if html:
            html.write_text(diff_page(pair), encoding="utf-8")
        ctx.exit(0 if pair.same else 1)
    sets = moved(_read(a), _read(b))
    if html:
        html.write_text(sets_page(sets), encoding="utf-8")
    _tell(draw_sets(sets, every=every), sets_json(sets) if json_file else b"", json_file)
    ctx.exit(1 if sets.moved else 0)


def _sides(
    ctx: click.Context, runs: Sequence[Path], run_a: Sequence[Path], run_b: Sequence[Path]
) -> tuple[list[Path], list[Path]]:
    """The files of both sides, whichever way they were named."""
    if not runs and run_a and run_b:
        return _files(run_a), _files(run_b)
    if len(runs) != 2 or run_a or run_b:
        ctx.fail("name two runs, as in: agentprobe diff A B, or with --run-a A --run-b B")
    return _files(runs[:1]), _files(runs[1:])


def _files(paths: Sequence[Path]) -> list[Path]:
    """The traces at these places; a folder stands for all that lie in it."""
    return [file for path in paths for file in traces_at(path)]


def _read(files: Sequence[Path]) -> Iterator[Trace]:
    return map(read_trace, files)


def _tell(drawn: RenderableType, json: bytes, json_file: Path | None) -> None:
    """Print the comparison, or the JSON alone where that was asked for."""
    if json_file == Path("-"):
        sys.stdout.write(json.decode())
        return
    if json_file:
        json_file.write_bytes(json)
    Console(highlight=False).print(drawn)
