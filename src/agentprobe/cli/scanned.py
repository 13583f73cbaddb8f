"""What `agentprobe scan` does once it knows what was asked: scan, mend, compare, and an exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.clock import RealClock
from agentprobe.cli.served import tools_served
from agentprobe.report.terminal_effective import (
    draw_effective,
    draw_lock_diff,
    effective_json,
    lock_diff_json,
)
from agentprobe.scan.baseline import Baseline
from agentprobe.scan.cache import home_of_cache
from agentprobe.scan.choosing import Told, chosen
from agentprobe.scan.effective.lock_diff import lock_diff
from agentprobe.scan.effective.table import effective_rows
from agentprobe.scan.engine import Scanned, Session
from agentprobe.scan.fixing import fixes, write
from agentprobe.scan.rule import RULES
from agentprobe.scan.served import found_in_tools
from agentprobe.scan.settings import ScanSettings
from agentprobe.scan.severity import Severity
from agentprobe.scan.since import changed_since

_EVERY_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One scan as the command line and the settings ask for it."""

    root: Path
    paths: tuple[Path, ...]
    settings: ScanSettings
    agent: Path | None = None
    """A file that is an agent's settings, whatever it is called."""
    baseline: Path | None = None
    renew: bool = False
    fix: bool = False
    unsafe: bool = False
    only_show: bool = False
    servers: tuple[str, ...] = ()
    """Running MCP servers whose tools are looked at too: commands and addresses."""
    since: str = ""
    """Only what has changed since this revision; "" for all."""
    cached: bool = True
    workers: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it."""

    told: Told
    session: Session
    exit_code: int
    said: tuple[str, ...] = ()
    """Lines beside the report: what was mended, what was not."""
    difference: str = ""


def session_of(asked: Asked) -> Session:
    """A session for what is asked."""
    return Session(
        root=asked.root,
        rules=[rule() for rule in RULES],
        exclude=asked.settings.exclude,
        cache=home_of_cache(asked.root) if asked.cached else None,
        workers=asked.workers,
        agent_file=asked.agent,
    )


def go(asked: Asked, session: Session | None = None) -> Outcome:
    """Scan once, and mend or renew where that is asked for."""
    session = session or session_of(asked)
    today = RealClock().date().date().isoformat()
    baseline = Baseline()
    if asked.baseline is not None and (asked.baseline.exists() or not asked.renew):
        baseline = Baseline.read(asked.baseline)
    scanned = _with_servers(session.scan(asked.paths), asked, session)
    told = _told(scanned, asked, baseline, today)
    said: list[str] = []
    difference = ""
    if asked.fix:
        fixed = fixes(
            session,
            told.findings,
            asked.paths,
            unsafe=asked.unsafe,
            telling=lambda later: chosen(later, asked.settings, baseline, today).findings,
        )
        if asked.only_show:
            difference = fixed.difference()
        else:
            write(asked.root, fixed)
            told = _told(session.scan(asked.paths), asked, baseline, today)
        word = "would be mended" if asked.only_show else "mended"
        said.append(f"{len(fixed.mended)} {word} in {len(fixed.after)} files")
        said += [f"not mended: {one.place} {one.code}: {why}" for one, why in fixed.refused]
    if asked.renew and asked.baseline is not None:
        every = chosen(scanned, asked.settings, Baseline(), today).findings
        baseline = baseline.renewed(every, today)
        baseline.write(asked.baseline)
        said.append(f"{len(baseline.entries)} entries written to {asked.baseline}")
        told = _told(scanned, asked, baseline, today)
    code = exit_code(told)
    return Outcome(told=told, session=session, exit_code=code, said=tuple(said), difference=difference)


def _told(scanned: Scanned, asked: Asked, baseline: Baseline, today: str) -> Told:
    told = chosen(scanned, asked.settings, baseline, today)
    return told.changed_in(changed_since(asked.root, asked.since)) if asked.since else told


def _with_servers(scanned: Scanned, asked: Asked, session: Session) -> Scanned:
    if not asked.servers:
        return scanned
    found = found_in_tools(tools_served(asked.servers), session.rules)
    return replace(scanned, findings=(*scanned.findings, *found))


def exit_code(told: Told) -> int:
    """0 nothing found, 1 findings, 3 nothing could be scanned, 70 a rule of ours failed."""
    scanned = told.scanned
    if scanned.broken:
        return 70
    if any(one.severity is not Severity.INFO for one in told.findings):
        return 1
    return 3 if _saw_nothing(scanned) else 0


def _saw_nothing(scanned: Scanned) -> bool:
    return scanned.files == len(scanned.skipped)


def effective(asked: Asked, *, as_json: bool) -> Any:
    """The table of calls, to print."""
    rows = effective_rows(session_of(asked).scan(asked.paths).project)
    if as_json:
        raw: bytes = msgspec.json.format(msgspec.json.encode(effective_json(rows)), indent=2)
        return raw + b"\n"
    return draw_effective(rows)


def lock_changes(old: Path, new: Path, *, as_json: bool) -> tuple[Any, bool]:
    """What a change of lock files changes, to print, and whether any default does."""
    changed = lock_diff(old, new)
    loud = any(one.defaults for one in changed)
    if as_json:
        raw: bytes = msgspec.json.format(msgspec.json.encode(lock_diff_json(changed)), indent=2)
        return raw + b"\n", loud
    return draw_lock_diff(changed), loud


def watch(asked: Asked, show: Callable[[Outcome], int]) -> int:
    """Scan again whenever what is found changes, until Ctrl-C; the exit code is the last scan's."""
    session = session_of(asked)
    once = replace(asked, fix=False, renew=False)
    clock = RealClock()
    before: tuple[Any, ...] = ()
    code: int | None = None
    try:
        while True:
            outcome = go(once, session)
            now = (outcome.told.findings, outcome.told.scanned.skipped, outcome.exit_code)
            if now != before:
                before, code = now, outcome.exit_code
                show(outcome)
            clock.sleep(_EVERY_SECONDS)
    except KeyboardInterrupt:
        if code is None:
            raise
        return code
