"""A scan's findings as JSON, for programs; the shape is versioned and only grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from agentprobe.report.json_diff import indented
from agentprobe.report.scan_words import probe_of, summary
from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Skipped

VERSION = 1


def scan_json(findings: Sequence[Finding], skipped: Sequence[Skipped], *, files: int) -> bytes:
    """Every finding with all that it says, what was not scanned, and the sums."""
    return indented(
        {
            "agentprobe": "scan",
            "version": VERSION,
            "said": summary(findings, skipped, files),
            "files": files,
            "findings": [_finding(one) for one in findings],
            "not_scanned": [{"path": one.path, "line": one.line, "why": one.why} for one in skipped],
        }
    )


def _finding(finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(finding)
    told["fingerprint"] = finding.fingerprint
    command = probe_of(finding)
    return told | ({"prove": command} if command else {})
