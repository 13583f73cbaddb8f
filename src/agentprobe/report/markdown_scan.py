"""A scan's findings as Markdown, for the summary of a pipeline or a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentprobe.report.scan_words import counted, summary
from agentprobe.report.trace_words import plain
from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Skipped
from agentprobe.scan.severity import Severity

MOST = 200
"""So many findings are listed; a summary that nobody reads to its end helps nobody."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@])")


def scan_markdown(findings: Sequence[Finding], skipped: Sequence[Skipped], *, files: int) -> str:
    """A headline, a table for each severity, and what was not scanned."""
    return "\n".join([*_lines(findings, skipped, files), ""])


def _lines(findings: Sequence[Finding], skipped: Sequence[Skipped], files: int) -> Iterator[str]:
    yield "## agentprobe scan"
    yield ""
    yield summary(findings, skipped, files)
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
            yield from map(_row, found)
    if shown < len(findings):
        yield from ("", f"{counted(len(findings) - shown, 'finding')} more")
    if skipped:
        yield from ("", "### not scanned", "")
        yield from (f"- {_code(one.path)}: {_plain(one.why)}" for one in skipped[:MOST])


def _row(one: Finding) -> str:
    what = f"{one.message}; {one.consequence}" if one.consequence else one.message
    cells = (f"{one.code} {one.rule}", None, what, one.advice)
    return "| " + " | ".join(_code(str(one.place)) if cell is None else _plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", plain(" ".join(text.split())))


def _code(text: str) -> str:
    return f"`{plain(' '.join(text.replace('`', chr(39)).replace('|', '¦').split()))}`"
