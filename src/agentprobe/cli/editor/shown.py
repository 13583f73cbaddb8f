"""Findings and notices as an editor shows them: beside the line, and as a page under the pointer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types

from agentprobe.cli.editor.positions import Lines
from agentprobe.report.scan_words import origins_of
from agentprobe.scan.allowing import Notice
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.pages import page_of
from agentprobe.scan.rule import RULES
from agentprobe.scan.severity import Severity

SOURCE = "agentprobe"
_LEVELS = {
    Severity.CRITICAL: types.DiagnosticSeverity.Error,
    Severity.HIGH: types.DiagnosticSeverity.Error,
    Severity.MEDIUM: types.DiagnosticSeverity.Warning,
    Severity.LOW: types.DiagnosticSeverity.Information,
    Severity.INFO: types.DiagnosticSeverity.Hint,
}


def diagnostics(
    findings: Iterable[Finding], notices: Iterable[Notice], lines: Lines, root: Path
) -> list[types.Diagnostic]:
    """What is told of one file."""
    return [
        *(_of_finding(one, lines, root) for one in findings),
        *(
            types.Diagnostic(
                range=lines.range_of(one.place),
                message=one.text,
                severity=types.DiagnosticSeverity.Warning,
                source=SOURCE,
            )
            for one in notices
        ),
    ]


def _of_finding(one: Finding, lines: Lines, root: Path) -> types.Diagnostic:
    return types.Diagnostic(
        range=lines.range_of(one.place),
        message="\n".join(filter(None, [one.message, one.consequence, one.advice])),
        severity=_LEVELS[one.severity],
        code=f"{one.code} {one.rule}",
        source=SOURCE,
        related_information=list(_beside(one, root)),
        data={"fingerprint": one.fingerprint},
    )


def _beside(one: Finding, root: Path) -> Iterator[types.DiagnosticRelatedInformation]:
    told = [(place, "see also") for place in one.related]
    told += [(origin.place, f"{origin.name} = {origin.value}: {origin.source}") for origin in one.origins
             if origin.place is not None]  # fmt: skip
    for place, words in told:
        yield types.DiagnosticRelatedInformation(
            location=types.Location(uri=(root / place.path).as_uri(), range=_roughly(place)), message=words
        )


def _roughly(place: Place) -> types.Range:
    """A place in a file that is perhaps not open: its columns in characters."""
    end = max(place.end_line, place.line)
    return types.Range(
        start=types.Position(line=place.line - 1, character=max(place.column - 1, 0)),
        end=types.Position(line=end - 1, character=max(place.end_column - 1, place.column - 1, 0)),
    )


def page(findings: Iterable[Finding]) -> str:
    """Findings with the pages of their rules, as Markdown."""
    rules = {rule.code: rule for rule in RULES}
    parts = []
    for one in findings:
        lines = [f"**{one.code} {one.rule}** ({one.severity}, {one.tier})", one.message]
        lines += [text for text in (one.consequence, one.advice and f"**Advice** {one.advice}") if text]
        lines += [f"- {told}" for told in origins_of(one)]
        if one.code in rules:
            lines += ["---", page_of(rules[one.code]).markdown]
        parts.append("\n\n".join(lines))
    return "\n\n---\n\n".join(parts)
