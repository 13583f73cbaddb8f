"""A scan's findings as they are read in a terminal: by file, each with its lines, consequence and advice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from agentprobe.lab.proving.mark import Mark, State
from agentprobe.report.scan_beside import NOTHING_BESIDE, Beside
from agentprobe.report.scan_words import Excerpt, excerpt, origins_of, probe_of, summary
from agentprobe.report.trace_words import plain
from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Skipped
from agentprobe.scan.severity import Severity

_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
_STATES = {State.CONFIRMED: "bold red", State.NOT_CONFIRMED: "green", State.NOT_OBSERVED: "yellow"}
_MOST_SKIPPED = 20


def draw_scan(
    findings: Sequence[Finding],
    skipped: Sequence[Skipped],
    *,
    root: Path,
    files: int,
    excerpts: bool = True,
    beside: Beside = NOTHING_BESIDE,
) -> RenderableType:
    """All findings in the order they are given, what was not scanned, and the sums."""
    parts: list[Text] = []
    for finding in findings:
        shown = excerpt(root, finding.place) if excerpts else None
        parts += _finding(finding, shown, beside.mark(finding))
    parts += _skipped(skipped)
    ending = "bold" if findings else "bold yellow" if skipped else "bold green"
    return Group(*parts, Text(plain(summary(findings, skipped, files, beside.sums())), ending))


def draw_concise(
    findings: Sequence[Finding],
    skipped: Sequence[Skipped],
    *,
    files: int,
    beside: Beside = NOTHING_BESIDE,
) -> RenderableType:
    """One line for each finding, for eyes and for editors that read `file:line:column`."""
    lines = [
        Text.assemble(
            plain(str(one.place)),
            " ",
            (one.severity.value, _STYLES[one.severity]),
            f" {one.code} ",
            plain(one.message),
            _state(beside.mark(one)),
        )
        for one in findings
    ]
    return Group(
        *lines, *_skipped(skipped), Text(plain(summary(findings, skipped, files, beside.sums())), "bold")
    )


def _finding(finding: Finding, shown: Excerpt | None, mark: Mark | None) -> Iterator[Text]:
    style = _STYLES[finding.severity]
    yield Text.assemble(
        (finding.severity.value, style),
        " ",
        (f"{finding.code} {finding.rule}", "bold"),
        "  ",
        (plain(str(finding.place)), "blue"),
        (f"  {finding.tier.value}", "dim"),
    )
    yield Text(f"  {plain(finding.message)}", "bold")
    if shown is not None:
        yield from _lines(shown, style)
    for line in origins_of(finding):
        yield Text(f"  from   {plain(line)}", "dim")
    if finding.consequence:
        yield Text(f"  then   {plain(finding.consequence)}")
    if finding.advice:
        yield Text(f"  mend   {plain(finding.advice)}", "green")
    if finding.fix is not None:
        how = "--fix" if finding.fix.safe else "--unsafe-fixes"
        yield Text(f"  {how:<6} {plain(finding.fix.what)}", "green")
    if mark is not None:
        yield from _proof(mark)
    elif probe_of(finding):
        yield Text(f"  prove  {probe_of(finding)}", "dim")
    for place in finding.related:
        yield Text(f"  see    {plain(str(place))}", "dim")
    yield Text()


def _proof(mark: Mark) -> Iterator[Text]:
    yield Text.assemble("  proof  ", (mark.state.value, _STATES[mark.state]), f": {plain(mark.reason)}")
    if mark.command:
        yield Text(f"  again  {plain(mark.command)}", "dim")


def _state(mark: Mark | None) -> str:
    return f" ({mark.state})" if mark is not None else ""


def _lines(shown: Excerpt, style: str) -> Iterator[Text]:
    width = len(str(shown.first + len(shown.lines) - 1))
    for number, line in enumerate(shown.lines, start=shown.first):
        meant = number == shown.at
        yield Text.assemble(
            (f"  {number:>{width}} │ ", "bold" if meant else "dim"), (plain(line), "" if meant else "dim")
        )
        if meant:
            marks = " " * shown.start + "^" * (shown.end - shown.start)
            yield Text.assemble((f"  {' ' * width} │ ", "dim"), (marks, style))


def _skipped(skipped: Sequence[Skipped]) -> Iterator[Text]:
    for one in skipped[:_MOST_SKIPPED]:
        yield Text(f"not scanned  {plain(one.path)}:{one.line}: {plain(one.why)}", "yellow")
    if len(skipped) > _MOST_SKIPPED:
        yield Text(f"not scanned  {len(skipped) - _MOST_SKIPPED} more", "yellow")
