"""A load as it is read in a terminal: a line a level, what drifts, what is wrong, the verdict last."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agentprobe.lab.stress.found import Example, Loaded, Stressed, Trend
from agentprobe.lab.stress.gather import at
from agentprobe.report import words
from agentprobe.report.stress_words import (
    amount,
    conditions,
    growth,
    kind,
    kinds,
    knee,
    seconds,
    share_span,
    span,
    spent,
    trend,
    verdict,
)

_COLUMNS = ("at once", "failed", "p50", "p95", "p99", "done/s", "calls", "retries", "refused")
_COLOURS = {"FINDINGS": "bold red", "NOT OBSERVED": "bold yellow", "STANDS THE LOAD": "bold green"}


def draw(found: Stressed) -> RenderableType:
    """All that there is to say."""
    parts: list[RenderableType] = [
        Text(f"\n{found.agent} under load ({conditions(found)})", style="bold"),
        _stages(found),
    ]
    if found.trends:
        parts += [Text("\nOver the soak", style="bold"), _trends(found)]
    if found.examples:
        parts += [Text("\nFor example", style="bold"), *map(_example, found.examples)]
    return Group(*parts, *_verdict(found))


def _stages(found: Stressed) -> RenderableType:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in _COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for stage in found.stages:
        table.add_row(*_row(stage))
    failed = [stage for stage in found.stages if stage.failed]
    return Group(table, *(Text(f"{at(stage)}: {kinds(stage)}", style="red") for stage in failed))


def _row(stage: Loaded) -> list[Text]:
    style = "red" if stage.failed else "green"
    return [
        Text(str(stage.concurrency)),
        Text(f"{stage.failed} of {stage.sessions}\n{share_span(stage.rate)}", style),
        *(Text(f"{seconds(one)}\n{span(one)}") for one in (stage.p50, stage.p95, stage.p99)),
        Text("–" if stage.throughput is None else f"{stage.throughput:.3g}"),
        Text(f"{stage.model_calls:.3g}"),
        Text(f"{stage.retries:.2g}"),
        Text(str(stage.refused)),
    ]


def _trends(found: Stressed) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("figure", "first", "last", "a minute", "interval", ""):
        table.add_column(column, justify="left" if column in ("figure", "") else "right", no_wrap=True)
    for one in found.trends:
        table.add_row(*_trend(one))
    return table


def _trend(one: Trend) -> list[Text]:
    low, high = one.slope.low, one.slope.high
    within = "–" if low is None or high is None else f"{growth(low)} to {growth(high)}"
    return [
        Text(trend(one)),
        Text(amount(one.points[0].value)),
        Text(amount(one.points[-1].value)),
        Text("–" if low is None else growth(one.slope.value)),
        Text(within),
        Text("drifts" if one.drifts else "", "red"),
    ]


def _example(one: Example) -> RenderableType:
    head = f"{kind(one.kind)}, {one.concurrency} at once, session {one.number}, {one.task}: "
    return Text.assemble((head, "red"), words.plain(one.reason), (f"\n    trace: {one.trace}", "dim"))


def _verdict(found: Stressed) -> list[RenderableType]:
    lines: list[RenderableType] = [Text("")]
    if found.simulated:
        said = f"Simulated model ({found.model}): this shows how code meets a load, not how fast a model is."
        lines.append(Text(said, style="yellow"))
    lines += [Text(f"note: {note}", style="yellow") for note in found.notes]
    lines.append(Text(spent(found)))
    if found.stopped:
        lines.append(Text(f"stopped: {found.stopped}", style="yellow"))
    if open_question := found.unsteady or (found.undecided if not found.findings else ""):
        lines.append(Text(open_question, style="yellow"))
    lines += [Text(f"- {finding}", style="red") for finding in found.findings]
    word, where = verdict(found), knee(found)
    lines.append(Text(f"{word}{f': {where}' if where else ''}", style=_COLOURS[word]))
    return lines
