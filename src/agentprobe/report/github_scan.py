"""A scan's findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentprobe.report.scan_beside import NOTHING_BESIDE, Beside, failed, over
from agentprobe.report.scan_words import counted
from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Skipped
from agentprobe.scan.severity import Severity

_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}

_MOST = 50


def scan_github(
    findings: Sequence[Finding], skipped: Sequence[Skipped], beside: Beside = NOTHING_BESIDE
) -> str:
    """One command a line; what comes from the scanned code is escaped, so that it cannot be one itself."""
    return "".join(
        f"{line}\n" for line in (*_told(findings, beside), *map(_skipped, skipped), *_beside(beside))
    )


def _told(findings: Sequence[Finding], beside: Beside) -> Iterator[str]:
    for one in findings:
        place = one.place
        where = {"file": place.path, "line": str(place.line), "col": str(place.column)}
        if place.end_line > place.line:
            where["endLine"] = str(place.end_line)
        where["title"] = f"{one.code} {one.rule}"
        mark = beside.mark(one)
        proof = f"{mark.state}: {mark.reason}" if mark is not None else ""
        said = "\n".join(part for part in (one.message, one.consequence, one.advice, proof) if part)
        yield _command(_COMMANDS[one.severity], where, said)


def _skipped(one: Skipped) -> str:
    return _command("warning", {"file": one.path, "line": str(one.line), "title": "not scanned"}, one.why)


def _beside(beside: Beside) -> Iterator[str]:
    """Expired entries and failed rules one by one; what is allowed and known together, since it is much."""
    for entry in beside.expired:
        yield _command("warning", {"file": entry.path, "title": "baseline expired"}, over(entry))
    for notice in beside.notices:
        where = {"file": notice.place.path, "line": str(notice.place.line), "title": "agentprobe: allow"}
        yield _command("warning", where, notice.text)
    for bug in beside.broken:
        yield _command("error", {"title": "agentprobe failed"}, failed(bug))
    untold = (
        *(f"{one.place} {one.code} allowed: {reason}" for one, reason in beside.allowed),
        *(f"{one.place} {one.code} in the baseline {entry.reason}" for one, entry in beside.known),
    )
    if untold:
        said = "\n".join((f"{counted(len(untold), 'finding')} allowed or in the baseline", *untold[:_MOST]))
        yield _command("notice", {"title": "agentprobe: known findings"}, said)
    if sums := beside.sums():
        yield _command("notice", {"title": "agentprobe scan"}, " · ".join(sums))


def _command(name: str, where: dict[str, str], text: str) -> str:
    settings = ",".join(f"{key}={_property(value)}" for key, value in where.items())
    return f"::{name} {settings}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
