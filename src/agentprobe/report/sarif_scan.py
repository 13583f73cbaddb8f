"""A scan's findings as SARIF 2.1.0, as code scanning of GitHub and others takes them.

Limits are those that GitHub documents for uploads: 25,000 results in a run, of which it shows 5,000.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from agentprobe.report.json_diff import indented
from agentprobe.report.scan_beside import NOTHING_BESIDE, Beside, failed, over
from agentprobe.report.scan_words import origins_of, probe_of
from agentprobe.scan.finding import Edit, Finding, Place
from agentprobe.scan.pages import page_of
from agentprobe.scan.project import Skipped
from agentprobe.scan.rule import RULES, Rule
from agentprobe.scan.severity import Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.5",
    Severity.INFO: "0.5",
}


def scan_sarif(
    findings: Sequence[Finding], skipped: Sequence[Skipped], beside: Beside = NOTHING_BESIDE
) -> bytes:
    """One run with its rules, results in order of severity, and notifications.

    What is allowed or in the baseline are suppressed results; files not scanned, entries that have run out
    and rules that failed are notifications.
    """
    shown = sorted(findings, key=lambda one: -one.severity.rank)[:MOST_RESULTS]
    suppressed = list(_suppressed(beside))[: MOST_RESULTS - len(shown)]
    used = {one.code for one in (*shown, *(one for one, _ in suppressed))}
    rules = [rule for rule in RULES if rule.code in used]
    index = {rule.code: place for place, rule in enumerate(rules)}
    return indented(
        {
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "agentprobe",
                            "version": _version(),
                            "rules": [_rule(rule) for rule in rules],
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "invocations": [
                        {
                            "executionSuccessful": not beside.broken,
                            "toolExecutionNotifications": [
                                *map(_notification, skipped),
                                *_notifications(beside),
                            ],
                        }
                    ],
                    "results": [
                        *(_result(one, index[one.code], beside) for one in shown),
                        *(
                            _result(one, index[one.code], beside) | {"suppressions": [why]}
                            for one, why in suppressed
                        ),
                    ],
                    **(
                        {"properties": {"since": beside.since, "older": beside.older}} if beside.since else {}
                    ),
                }
            ],
        }
    )


def _version() -> str:
    try:
        return version("agentprobe-prod")
    except PackageNotFoundError:
        return "0"


def _rule(rule: type[Rule]) -> dict[str, Any]:
    page = page_of(rule)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": page.first},
        "fullDescription": {"text": page.finds or page.first},
        "help": {"text": page.text, "markdown": page.markdown},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["reliability", rule.mode.value],
            "problem.severity": _LEVELS[rule.severity].replace("note", "recommendation"),
        },
    }


def _suppressed(beside: Beside) -> Iterator[tuple[Finding, dict[str, str]]]:
    for one, reason in beside.allowed:
        yield one, {"kind": "inSource", "status": "accepted", "justification": reason}
    for one, entry in beside.known:
        said = ", ".join(part for part in (entry.reason, entry.owner) if part) or "in the baseline"
        yield one, {"kind": "external", "status": "accepted", "justification": said}


def _notifications(beside: Beside) -> Iterator[dict[str, Any]]:
    for entry in beside.expired:
        yield _said("warning", f"{entry.path}: {over(entry)}", Place(path=entry.path))
    for notice in beside.notices:
        yield _said("warning", notice.text, notice.place)
    for bug in beside.broken:
        yield _said("error", failed(bug), Place(path=bug.path) if bug.path else None)


def _said(level: str, text: str, place: Place | None) -> dict[str, Any]:
    told: dict[str, Any] = {"level": level, "message": {"text": text}}
    return told | ({"locations": [_location(place)]} if place is not None else {})


def _result(finding: Finding, index: int, beside: Beside) -> dict[str, Any]:
    said = " ".join(part for part in (f"{finding.message}.", _sentence(finding.consequence)) if part)
    told: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": said},
        "locations": [_location(finding.place)],
        "partialFingerprints": {"agentprobe/v1": finding.fingerprint},
        "properties": {
            "tier": finding.tier.value,
            "severity": finding.severity.value,
            "score": _SCORES[finding.severity],
            "advice": finding.advice,
            "origins": list(origins_of(finding)),
            "prove": probe_of(finding),
        },
    }
    if (mark := beside.mark(finding)) is not None:
        told["properties"]["proof"] = {
            "state": mark.state.value,
            "reason": mark.reason,
            "command": mark.command,
            "runs": mark.runs,
        }
    if finding.related:
        told["relatedLocations"] = [
            {"id": number, **_location(place)} for number, place in enumerate(finding.related, start=1)
        ]
    if finding.fix is not None and finding.fix.edits:
        told["fixes"] = [{"description": {"text": finding.fix.what}, "artifactChanges": _changes(finding)}]
    return told


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _changes(finding: Finding) -> list[dict[str, Any]]:
    assert finding.fix is not None
    by_path: dict[str, list[Edit]] = {}
    for edit in finding.fix.edits:
        by_path.setdefault(edit.path, []).append(edit)
    return [
        {"artifactLocation": {"uri": quote(path)}, "replacements": [_replacement(one) for one in edits]}
        for path, edits in by_path.items()
    ]


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": {"byteOffset": edit.start, "byteLength": edit.end - edit.start},
        "insertedContent": {"text": edit.text},
    }


def _location(place: Place) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)}
    if place.end_line >= place.line and place.end_column and not place.cell:
        region |= {"endLine": place.end_line, "endColumn": place.end_column}
    physical = {"artifactLocation": {"uri": quote(place.path)}, "region": region}
    if place.cell:
        return {"physicalLocation": physical, "message": {"text": f"cell {place.cell}"}}
    return {"physicalLocation": physical}


def _notification(one: Skipped) -> dict[str, Any]:
    said = f"{one.path} was not scanned: {one.why}"
    return _said("warning", said, Place(path=one.path, line=one.line))
