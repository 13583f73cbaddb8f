"""A scan's findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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


def scan_github(findings: Sequence[Finding], skipped: Sequence[Skipped]) -> str:
    """One command a line; what comes from the scanned code is escaped, so that it cannot be one itself."""
    return "".join(f"{line}\n" for line in (*_told(findings), *map(_skipped, skipped)))


def _told(findings: Sequence[Finding]) -> Iterator[str]:
    for one in findings:
        place = one.place
        where = {"file": place.path, "line": str(place.line), "col": str(place.column)}
        if place.end_line > place.line:
            where["endLine"] = str(place.end_line)
        where["title"] = f"{one.code} {one.rule}"
        said = "\n".join(part for part in (one.message, one.consequence, one.advice) if part)
        yield _command(_COMMANDS[one.severity], where, said)


def _skipped(one: Skipped) -> str:
    return _command("warning", {"file": one.path, "line": str(one.line), "title": "not scanned"}, one.why)


def _command(name: str, where: dict[str, str], text: str) -> str:
    settings = ",".join(f"{key}={_property(value)}" for key, value in where.items())
    return f"::{name} {settings}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
