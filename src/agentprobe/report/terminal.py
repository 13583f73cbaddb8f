"""The report as it is read in a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from agentprobe.domain.verdict import Decision
from agentprobe.lab.findings import Findings
from agentprobe.report import terminal_tables as tables
from agentprobe.report import words

COLOURS = {Decision.PASS: "green", Decision.FAIL: "red", Decision.NOT_OBSERVED: "yellow"}


def draw(findings: Findings) -> RenderableType:
    """Curves, faults, failure modes and, last since it is read first, the verdict."""
    parts: list[RenderableType] = []
    if any(point.rows for curve in findings.curves for point in curve.points):
        parts += [Text("\nPass rate by density", style="bold"), tables.curves(findings)]
    if findings.matrix:
        parts += [Text("\nPass rate under faults", style="bold"), tables.faults(findings)]
        if any(cell.rate.inconclusive for cell in findings.matrix):
            parts.append(
                Text("?n: in n runs the fault found nothing to strike; they count neither way", "dim")
            )
    if findings.modes:
        parts += [Text("\nFailure modes", style="bold"), _modes(findings)]
    if findings.troubles:
        parts += [Text("\nErrors", style="bold"), _troubles(findings)]
    return Group(*parts, _verdict(findings))


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


def _troubles(findings: Findings) -> RenderableType:
    parts: list[RenderableType] = [
        Text("not the agent's doing, so mend these first; until then they count as failures", style="dim")
    ]
    for trouble in findings.troubles[: words.MOST_TROUBLES]:
        parts += [
            Text(f"{words.plain(trouble.reason)}  ×{trouble.count}"),
            Padding(Text(trouble.reproduce, style="cyan"), (0, 0, 0, 4)),
        ]
    if more := len(findings.troubles) - words.MOST_TROUBLES:
        parts += [Text(f"… and {more} more, in evidence.jsonl")] if more > 0 else []
    return Group(*parts)


def _verdict(findings: Findings) -> RenderableType:
    lines: list[RenderableType] = [Text("")]
    if findings.simulated:
        said = f"Simulated model ({findings.model}): this shows how code and prompts meet the world."
        lines.append(Text(said, style="yellow"))
    counts = f"{findings.passed} passed, {findings.failed} failed, {findings.inconclusive} inconclusive"
    errors = f"{findings.errors} error{'' if findings.errors == 1 else 's'}"
    lines.append(Text(f"{findings.runs} of {findings.planned} runs: {counts}, {errors}"))
    for agent in findings.agents:
        decision = findings.verdict.of(agent)
        reasons = [reason.text for reason in findings.verdict.reasons if reason.agent == agent]
        head = (f"{words.DECISIONS[decision]:<13}", f"bold {COLOURS[decision]}")
        lines.append(Text.assemble(head if reasons else (f"{'not judged':<13}", "dim"), agent))
        told = reasons or [words.NOT_JUDGED]
        lines += [Padding(Text(text, style="dim"), (0, 0, 0, 13)) for text in told]
        if agent in findings.silent:
            lines.append(Padding(Text(words.SILENT, style="yellow"), (0, 0, 0, 13)))
    decision = findings.verdict.decision
    lines.append(Text.assemble("\nVerdict: ", (words.DECISIONS[decision], f"bold {COLOURS[decision]}")))
    return Group(*lines)
