"""A scan's findings as JSON, for programs; the shape is versioned and only grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from agentprobe.report.json_diff import indented
from agentprobe.report.scan_beside import NOTHING_BESIDE, Beside, failed
from agentprobe.report.scan_words import probe_of, summary
from agentprobe.scan.baseline import Entry
from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Skipped

VERSION = 1


def scan_json(
    findings: Sequence[Finding],
    skipped: Sequence[Skipped],
    *,
    files: int,
    beside: Beside = NOTHING_BESIDE,
) -> bytes:
    """Every finding with all that it says, what was not scanned, allowed or known, and the sums."""
    return indented(
        {
            "agentprobe": "scan",
            "version": VERSION,
            "said": summary(findings, skipped, files, beside.sums()),
            "files": files,
            "findings": [_finding(one, beside) for one in findings],
            "not_scanned": [{"path": one.path, "line": one.line, "why": one.why} for one in skipped],
            "allowed": [_finding(one, beside) | {"reason": reason} for one, reason in beside.allowed],
            "baseline": {
                "known": [_finding(one, beside) | _entry(entry) for one, entry in beside.known],
                "expired": [msgspec.to_builtins(one) for one in beside.expired],
                "gone": beside.gone,
            },
            "notices": [
                {"place": msgspec.to_builtins(one.place), "said": one.text} for one in beside.notices
            ],
            "failed": [failed(one) for one in beside.broken],
        }
        | ({"since": beside.since, "older": beside.older} if beside.since else {})
    )


def _finding(finding: Finding, beside: Beside) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(finding)
    told["fingerprint"] = finding.fingerprint
    command = probe_of(finding)
    mark = beside.mark(finding)
    if mark is not None:
        told["proof"] = {name: value for name, value in msgspec.to_builtins(mark).items() if value}
    return told | ({"prove": command} if command else {})


def _entry(entry: Entry) -> dict[str, Any]:
    return {"owner": entry.owner, "reason": entry.reason, "expires": entry.expires}
