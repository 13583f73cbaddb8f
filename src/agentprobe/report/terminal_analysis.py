"""An analysis as it is read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from agentprobe.analyst.analysis import Analysis, ModeFound, Presence
from agentprobe.report.trace_words import counted
from agentprobe.report.words import plain
from agentprobe.report.xml_analysis import evidence_words
from agentprobe.scan.severity import Severity

SHOWN = 6
"""So many pieces of evidence are shown of each."""
_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}
_PRESENCE = {Presence.PRESENT: "", Presence.ABSENT: "green", Presence.NOT_OBSERVED: "dim"}
_INDENT = "    "


def draw_analysis(analysis: Analysis) -> RenderableType:
    """The six one below the other, then what to do first."""
    lines = [line for found in analysis.modes for line in _mode(found)]
    lines += list(_fixes(analysis))
    lines += [Text(f"\n{plain(note)}", "yellow") for note in analysis.notes]
    if analysis.struck:
        lines.append(Text(f"\n{counted(len(analysis.struck), 'claim', 'claims')} struck out:", "yellow"))
        lines += [
            Text(f"  {one.mode}: {plain(one.text)}: {plain(one.why)}") for one in analysis.struck[:SHOWN]
        ]
    lines.append(Text(f"\n{plain(analysis.summary)}", "bold"))
    return Group(*lines)


def _mode(found: ModeFound) -> Iterator[Text]:
    head = Text(f"{found.mode.value:18}")
    if found.severity is None:
        head.append(found.presence.value, _PRESENCE[found.presence])
    else:
        head.append(f"present, {found.severity.value}", _STYLES.get(found.severity, ""))
    if found.shares is not None:
        share = found.shares
        head.append(
            f" in {share.shown} of {share.runs} runs ({share.low * 100:.0f}–{share.high * 100:.0f} %)"
        )
    yield head
    if not found.present and found.why:
        yield Text(f"{_INDENT}{plain(found.why)}", "dim")
    for one in found.evidence[:SHOWN]:
        yield Text(f"{_INDENT}{evidence_words(one)}", "" if one.shows else "dim")
    if len(found.evidence) > SHOWN:
        yield Text(f"{_INDENT}and {len(found.evidence) - SHOWN} more", "dim")
    for step in found.steps if found.present else ():
        yield Text(f"{_INDENT}$ {plain(step)}" if step.startswith("agentprobe ") else _INDENT + plain(step))


def _fixes(analysis: Analysis) -> Iterator[Text]:
    if analysis.priority_fixes:
        yield Text("\nWhat to do, in order:", "bold")
    for order, fix in enumerate(analysis.priority_fixes, start=1):
        yield Text(f"{order}. {plain(fix)}")
