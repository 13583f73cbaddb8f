"""The report as it is read in a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agentprobe.domain.verdict import Decision
from agentprobe.lab.findings import Cell, Findings, Rate
from agentprobe.report import words

COLOURS = {Decision.PASS: "green", Decision.FAIL: "red", Decision.NOT_OBSERVED: "yellow"}


def draw(findings: Findings) -> RenderableType:
    """Curves, faults, failure modes and, last since it is read first, the verdict."""
    parts: list[RenderableType] = []
    if any(point.rows for curve in findings.curves for point in curve.points):
        parts += [Text("\nPass rate by density", style="bold"), _curves(findings)]
    if findings.matrix:
        parts += [Text("\nPass rate under faults", style="bold"), _faults(findings)]
        if any(cell.rate.inconclusive for cell in findings.matrix):
            parts.append(
                Text("?n: in n runs the fault found nothing to strike; they count neither way", "dim")
            )
    if findings.modes:
        parts += [Text("\nFailure modes", style="bold"), _modes(findings)]
    return Group(*parts, _verdict(findings))


def _curves(findings: Findings) -> Table:
    table = _table("agent")
    for point in findings.curves[0].points:
        table.add_column(words.rows_of(point.rows), justify="right")
    table.add_column("proven to", justify="right")
    table.add_column("broken from", justify="right")
    for curve in findings.curves:
        ends = [f"{rows:,}" if rows else "–" for rows in (curve.proven_to, curve.broken_from)]
        table.add_row(Text(curve.agent), *(_rate(point.rate) for point in curve.points), *ends)
    return table


def _faults(findings: Findings) -> Table:
    table = _table("fault")
    for agent in findings.agents:
        table.add_column(Text(agent), justify="right", overflow="fold")
    cells = {(cell.schedule, cell.agent): cell for cell in findings.matrix if cell.rows is None}
    for schedule in dict.fromkeys(cell.schedule for cell in findings.matrix):
        shown = [_cell(cells.get((schedule, agent))) for agent in findings.agents]
        table.add_row(Text(words.faults_of(schedule)), *shown)
    return table


def _modes(findings: Findings) -> RenderableType:
    parts: list[RenderableType] = []
    for failure in findings.modes:
        example = failure.example
        head = Text.assemble((words.title(failure.mode), "bold"), f"  ×{failure.count}  ", style="")
        head.append(words.MEANINGS[failure.mode], style="dim")
        where = f"{example.run.agent}, {example.run.task}, {words.rows_of(example.run.regime.rows)}"
        story = Text(
            f"{where}, {words.faults_of(example.run.regime.schedule)}: {words.plain(example.reason)}"
        )
        parts += [
            head,
            Padding(story, (0, 0, 0, 4)),
            Padding(Text(failure.reproduce, style="cyan"), (0, 0, 0, 4)),
        ]
    return Group(*parts)


def _verdict(findings: Findings) -> RenderableType:
    lines: list[RenderableType] = [Text("")]
    if findings.simulated:
        said = f"Simulated model ({findings.model}): this shows how code and prompts meet the world."
        lines.append(Text(said, style="yellow"))
    counts = f"{findings.passed} passed, {findings.failed} failed, {findings.inconclusive} inconclusive"
    lines.append(Text(f"{findings.runs} of {findings.planned} runs: {counts}, {findings.errors} errors"))
    for agent in findings.agents:
        decision = findings.verdict.of(agent)
        lines.append(Text.assemble((f"{words.DECISIONS[decision]:<13}", f"bold {COLOURS[decision]}"), agent))
        reasons = [reason for reason in findings.verdict.reasons if reason.agent == agent]
        lines += [Padding(Text(reason.text, style="dim"), (0, 0, 0, 13)) for reason in reasons]
    decision = findings.verdict.decision
    lines.append(Text.assemble("\nVerdict: ", (words.DECISIONS[decision], f"bold {COLOURS[decision]}")))
    return Group(*lines)


def _table(first: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first, no_wrap=True)
    return table


def _rate(rate: Rate) -> Text:
    if not rate.runs:
        return Text("–", style="dim")
    return Text.assemble(words.percent(rate.value), (f"\n{words.interval(rate)}", "dim"))


def _cell(cell: Cell | None) -> Text:
    if cell is None:
        return Text("–", style="dim")
    shown = Text(words.percent(cell.rate.value)) if cell.rate.runs else Text("–", style="dim")
    if cell.rate.inconclusive:
        shown.append(f" ?{cell.rate.inconclusive}", style="dim")
    if cell.rate.runs:
        shown.append(f"\n{words.interval(cell.rate)}", style="dim")
    return shown
