"""A scan's findings as Markdown, for the summary of a pipeline or a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentprobe.report.scan_beside import NOTHING_BESIDE, Beside, failed, over
from agentprobe.report.scan_words import counted, summary
from agentprobe.report.trace_words import plain
from agentprobe.scan.baseline import Entry
from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Skipped
from agentprobe.scan.severity import Severity

MOST = 200
"""So many findings are listed; a summary that nobody reads to its end helps nobody."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@])")


def scan_markdown(
    findings: Sequence[Finding],
    skipped: Sequence[Skipped],
    *,
    files: int,
    beside: Beside = NOTHING_BESIDE,
) -> str:
    """A headline, a table for each severity, what was not scanned, and what is allowed or known."""
    headline = summary(findings, skipped, files, [_plain(one) for one in beside.sums()])
    return "\n".join([*_lines(findings, skipped, beside, headline), *_beside(beside), ""])


def _lines(
    findings: Sequence[Finding], skipped: Sequence[Skipped], beside: Beside, headline: str
) -> Iterator[str]:
    yield "## agentprobe scan"
    yield ""
    yield headline
    shown = 0
    for severity in reversed(Severity):
        found = [one for one in findings if one.severity is severity][: MOST - shown]
        shown += len(found)
        if found:
            yield from (
                "",
                f"### {severity.value}",
                "",
                "| rule | where | what | mend |",
                "|---|---|---|---|",
            )
            yield from (_row(one, beside) for one in found)
    if shown < len(findings):
        yield from ("", f"{counted(len(findings) - shown, 'finding')} more")
    if skipped:
        yield from ("", "### not scanned", "")
        yield from (f"- {_code(one.path)}: {_plain(one.why)}" for one in skipped[:MOST])


def _beside(beside: Beside) -> Iterator[str]:
    """What was found and is not told, with why, and what is to be said of the scan itself."""
    parts = (
        ("allowed", [(str(one.place), f"{one.code} {one.rule}: {why}") for one, why in beside.allowed]),
        ("in the baseline", [(str(one.place), _known(one, entry)) for one, entry in beside.known]),
        ("expired in the baseline", [(one.path, over(one)) for one in beside.expired]),
        ("comments", [(str(one.place), one.text) for one in beside.notices]),
        ("failed", [(one.path or "agentprobe", failed(one)) for one in beside.broken]),
    )
    for title, lines in parts:
        if lines:
            yield from ("", f"### {title}", "")
            yield from (f"- {_code(where)}: {_plain(what)}" for where, what in lines[:MOST])
            if len(lines) > MOST:
                yield f"- {len(lines) - MOST} more"


def _known(one: Finding, entry: Entry) -> str:
    until = f"until {entry.expires}" if entry.expires else ""
    said = ", ".join(part for part in (entry.reason, entry.owner, until) if part)
    return f"{one.code} {one.rule}{': ' if said else ''}{said}"


def _row(one: Finding, beside: Beside) -> str:
    mark = beside.mark(one)
    proof = f"{mark.state}: {mark.reason}" if mark is not None else ""
    what = "; ".join(part for part in (one.message, one.consequence, proof) if part)
    cells = (f"{one.code} {one.rule}", None, what, one.advice)
    return "| " + " | ".join(_code(str(one.place)) if cell is None else _plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", plain(" ".join(text.split())))


def _code(text: str) -> str:
    return f"`{plain(' '.join(text.replace('`', chr(39)).replace('|', '¦').split()))}`"
