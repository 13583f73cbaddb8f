"""An analysis as Markdown, for an issue or a review; nothing in it can become markup of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.analyst.analysis import Analysis, ModeFound
from agentprobe.analyst.remedies import REMEDIES
from agentprobe.report.words import plain
from agentprobe.report.xml_analysis import evidence_words

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@])")
_MOST = 20


def analysis_markdown(analysis: Analysis) -> str:
    """A table of the six, a part for each that is there, and the fixes in order."""
    return "\n".join([*_lines(analysis), ""])


def _lines(analysis: Analysis) -> Iterator[str]:
    yield from ("# Failure analysis", "", _safe(analysis.summary), "")
    yield from ("| mode | | severity | says |", "|---|---|---|---|")
    for found in analysis.modes:
        says = ", ".join(speaker.value for speaker in found.speakers) or _safe(found.why)
        yield f"| {found.mode.value} | {found.presence.value} | {found.severity or ''} | {says} |"
    for found in analysis.present:
        yield from _mode(found)
    if analysis.priority_fixes:
        yield from ("", "## Fixes, in order", "")
        yield from (f"{order}. {_safe(fix)}" for order, fix in enumerate(analysis.priority_fixes, start=1))
    if analysis.struck:
        yield from ("", f"## Struck out of what {_safe(analysis.model)} said", "")
        yield from (f"- {one.mode}: {_safe(one.text)}: {_safe(one.why)}" for one in analysis.struck[:_MOST])
    yield from (line for note in analysis.notes for line in ("", _safe(note)))


def _mode(found: ModeFound) -> Iterator[str]:
    yield from ("", f"## {REMEDIES[found.mode].title} ({found.severity})", "")
    if found.shares is not None:
        share = found.shares
        yield from (f"In {share.shown} of {share.runs} runs ({share.low:.0%} to {share.high:.0%}).", "")
    yield from (f"- {_safe(evidence_words(one))}" for one in found.evidence[:_MOST])
    if len(found.evidence) > _MOST:
        yield f"- and {len(found.evidence) - _MOST} more"
    yield from ("", "To reproduce:", "")
    yield from (f"{order}. {_code(step)}" for order, step in enumerate(found.steps, start=1))
    yield from ("", f"Fix: {_safe(found.fix)}")


def _safe(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", plain(" ".join(text.split())))


def _code(text: str) -> str:
    if not text.startswith("agentprobe "):
        return _safe(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{plain(text)}{pad}{fence}"
