"""What a scan of the code shows of the six ways of failing, and a scan's own JSON read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from agentprobe.analyst.analysis import Evidence, Speaker
from agentprobe.analyst.material import Run, ScanSeen
from agentprobe.analyst.remedies import steps_for
from agentprobe.analyst.sight import Sight, unseen
from agentprobe.errors import ConfigError
from agentprobe.scan.engine import Scanned, scan
from agentprobe.scan.finding import Finding
from agentprobe.scan.rule import RULES
from agentprobe.scan.severity import Mode, Persona, Severity, Tier

LARGEST = 64 * 1024 * 1024
"""Bytes of a scan's JSON that are read."""
_ALSO = {Mode.SILENT_ERRORS: Mode.API_LATENCY}
"""Ways of breaking that rules tell apart and the six do not."""
_BESIDE = frozenset({"model-retired", "floating-model-alias"})
"""Rules that stand with temperature, since answers change, and say nothing of a temperature."""


class _File(msgspec.Struct):
    """As much as is needed of a scan's JSON."""

    agentprobe: Literal["scan"]
    findings: tuple[dict[str, Any], ...]
    files: int = 0


def scanned(path: Path) -> ScanSeen:
    """Scan a folder or a file now, or read what `agentprobe scan --format json` wrote."""
    if path.suffix == ".json" and path.is_file() and (read := _read(path)) is not None:
        return read
    root = path if path.is_dir() else path.parent
    return of_scan(scan(root, [path] if path.is_file() else []), str(path))


def of_scan(done: Scanned, root: str) -> ScanSeen:
    """What a scan that was just made found."""
    facts = done.project.facts.values()
    models = any(one.model_calls or one.maybe_calls for one in facts)
    return ScanSeen(root=root, findings=done.findings, files=done.files, models=models)


def _read(path: Path) -> ScanSeen | None:
    """A scan's JSON; None for a JSON file that is none, which is a subject of scans itself."""
    if path.stat().st_size > LARGEST:
        raise ConfigError(f"{path} is too large to be a scan's JSON")
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
        findings = tuple(msgspec.convert(one, Finding, strict=False) for one in file.findings)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return ScanSeen(root=str(path), findings=findings, files=file.files)


def seen_in_scan(seen: ScanSeen, mode: Mode, runs: Sequence[Run] = ()) -> Sight:
    """What the findings show of one way of failing; `runs` say how the agent is started."""
    evidence = tuple(_evidence(seen, mode, runs))
    if any(one.shows for one in evidence):
        return Sight(evidence=evidence)
    if seen.models is False:
        return unseen(f"the scan of {seen.root} saw no call of a model", *evidence)
    if not seen.files:
        return unseen("the scan does not say which files it has read", *evidence)
    why = f"the scan of {seen.root} found nothing that shows it in {seen.files} files"
    return Sight(evidence=evidence, why=why)


def mode_of(finding: Finding) -> Mode | None:
    """Which of the six a finding belongs to; None where it belongs to another way of breaking."""
    name = finding.rule.replace("-", "_")
    rule = RULES.get(name) if name in RULES.names() else None
    return _ALSO.get(rule.mode, rule.mode) if rule is not None else None


def _evidence(seen: ScanSeen, mode: Mode, runs: Sequence[Run]) -> Iterator[Evidence]:
    for finding in sorted(seen.findings, key=lambda one: -one.severity.rank):
        if mode_of(finding) is not mode:
            continue
        faults = finding.probe.faults if finding.probe is not None else ()
        consequence = f": {finding.consequence}" if finding.consequence else ""
        yield Evidence(
            says=Speaker.SCAN,
            text=f"{finding.code} {finding.rule}: {finding.message}{consequence}",
            severity=finding.severity,
            where=str(finding.place),
            shows=_shows(finding),
            steps=steps_for(mode, runs, faults)[-1:] if faults else (),
            fix=finding.advice,
        )


def _shows(finding: Finding) -> bool:
    """Does a finding show the failure? Hints, and what only the curious want to hear, are told beside."""
    sure = finding.tier is not Tier.HINT and finding.severity is not Severity.INFO
    return sure and finding.persona is Persona.REGULAR and finding.rule not in _BESIDE
