"""A world in a terminal: what it is, whether it asks the same questions, whether it tells of anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agentprobe.report import world_words as words
from agentprobe.report.trace_words import plain
from agentprobe.report.words import moment
from agentprobe.worlds.fidelity.result import Fidelity, Row
from agentprobe.worlds.leaks.result import Check, LeakReport
from agentprobe.worlds.manifest import Manifest

_COLOURS = {"fail": "red", "pass": "green", "not_observed": "yellow"}
_HELD = {True: "green", False: "red", None: "yellow"}
MOST_ROWS = 12
"""So many figures of a kind that needs no attention are shown; the page has all."""


def told(
    manifest: Manifest, fidelity: Fidelity | None, leaks: LeakReport | None, *, every: bool = False
) -> RenderableType:
    """All that there is to say; what refuses stands last, with what to do. `every` shows all figures."""
    parts: list[RenderableType] = [Text(f"\n{plain(manifest.name)}", style="bold"), _summary(manifest)]
    if fidelity is not None:
        parts += [Text("\nDoes it ask the same questions?", style="bold"), *_same(fidelity, every=every)]
    if leaks is not None:
        parts += [Text("\nDoes it tell of anybody?", style="bold"), *_leaks(leaks, every=every)]
    return Group(*parts, *_verdicts(manifest, fidelity, leaks))


def _summary(manifest: Manifest) -> RenderableType:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for label, value in (
        ("kind", words.KINDS.get(manifest.kind, manifest.kind)),
        ("shows", moment(manifest.as_of)),
        ("made", moment(manifest.made)),
        ("stale after", moment(manifest.expires)),
        ("retired", manifest.retired),
        ("source", manifest.source),
        ("rows", words.rows_of(manifest)),
        ("key", manifest.key_id),
        ("dial", ", ".join(f"{domain} {level}" for domain, level in manifest.dial.items())),
    ):
        if value:
            table.add_row(Text(label, style="dim"), Text(plain(value)))
    return table


def asking(fidelity: Fidelity, *, every: bool = False) -> RenderableType:
    """The fidelity report alone."""
    held = sum(bool(row.holds) for row in fidelity.rows)
    failed, few = len(fidelity.failed), len(fidelity.unobserved)
    hold = f"{held} of {len(fidelity.rows)} figures hold their bounds"
    said = f"{hold}, {failed} do not, of {few} too little was seen"
    return Group(*_same(fidelity, every=every), Text(said, style="bold red" if failed else "bold"))


# -- fidelity -------------------------------------------------------------------------------------------


def _same(fidelity: Fidelity, *, every: bool) -> Iterator[RenderableType]:
    worst = sorted(fidelity.rows, key=_badness)
    shown = worst if every else [row for row in worst if row.holds is False]
    held = [row for row in worst if row.holds]
    shown = shown or held[:MOST_ROWS] or [row for row in worst if row.value is not None][:MOST_ROWS]
    table = _table("query", "on", "figure", "source", "world", "differ by", "bound", "")
    for row in shown:
        table.add_row(*_cells(row))
    yield table
    left = len(held) - sum(bool(row.holds) for row in shown)
    if left > 0:
        yield Text(f"and {left} that hold their bounds", style="dim")
    if not every and fidelity.unobserved:
        yield Text(f"of {len(fidelity.unobserved)} too little was observed to say", style="yellow")


def _badness(row: Row) -> tuple[int, float]:
    return {False: 0, None: 2, True: 1}[row.holds], -(row.value or 0.0) / (row.bound or 1.0)


def _cells(row: Row) -> Sequence[Text]:
    said = words.word(row.holds)
    return (
        Text(words.title(row.kind)),
        Text(plain(row.where)),
        Text(row.metric),
        Text(words.figure(row.source)),
        Text(words.figure(row.world)),
        Text(words.figure(row.value)),
        Text(words.figure(row.bound)),
        Text(f"{said}: {row.note}" if row.note else said, style=_HELD[row.holds]),
    )


# -- leaks ----------------------------------------------------------------------------------------------


def _leaks(leaks: LeakReport, *, every: bool) -> Iterator[RenderableType]:
    decide = [check for check in leaks.checks if check.bound is not None]
    failed = [check for check in decide if check.holds is False]
    table = _table("what", "of", "found", "by chance", "allowed", "looked at", "")
    shown = leaks.checks if every else (failed or [c for c in decide if c.value is not None][:MOST_ROWS])
    for check in shown:
        table.add_row(*_check_cells(check))
    yield table
    left = sum(bool(check.holds) for check in decide) - sum(bool(check.holds) for check in shown)
    if left > 0:
        yield Text(f"and {left} that hold", style="dim")
    apart = sum(check.apart for check in leaks.checks)
    if apart:
        yield Text(
            f"{apart:,} values of public or frequent words alone were found and do not count", style="dim"
        )


def _check_cells(check: Check) -> Sequence[Text]:
    decides = check.bound is not None
    said = words.word(check.holds, decides=decides)
    where = " in " + ", ".join(check.found_in) if check.found_in else ""
    rows = words.rows_named(check)
    detail = "; ".join(part for part in (check.note, rows) if part) if check.holds is not True else ""
    return (
        Text(check.name),
        Text(plain(check.where)),
        Text(words.figure(check.value)),
        Text(words.figure(check.expected)),
        Text(words.figure(check.bound)),
        Text(f"{check.n:,}"),
        Text(
            plain(f"{said}{where}" + (f": {detail}" if detail else "")),
            style=_HELD[check.holds] if decides else "dim",
        ),
    )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    numbers = ("source", "world", "differ by", "bound", "found", "by chance", "allowed", "looked at")
    for column in columns:
        right = column in numbers
        table.add_column(column, justify="right" if right else "left", no_wrap=right, overflow="fold")
    return table


# -- verdicts -------------------------------------------------------------------------------------------


def _verdicts(
    manifest: Manifest, fidelity: Fidelity | None, leaks: LeakReport | None
) -> Iterator[RenderableType]:
    yield Text("")
    if manifest.personal:
        yield Text(words.PERSONAL, style="yellow")
    for accepted in manifest.accepted:
        yield Text(f"accepted by a person: “{plain(accepted)}”", style="yellow")
    failed: list[Row | Check] = [*(leaks.failed if leaks else ()), *(fidelity.failed if fidelity else ())]
    for advice in dict.fromkeys(filter(None, map(words.to_do, failed))):
        yield Text.assemble(("to do: ", "cyan"), advice)
    for verdict, rests in (
        (words.same(fidelity), words.rested(fidelity)),
        (words.leaking(leaks), words.attacked(leaks)),
    ):
        yield Text.assemble((verdict, f"bold {_COLOURS[words.tone(verdict)]}"), f"  {rests}")
