"""Prompt drift in runs: system prompts, and tool descriptions, that are not what they were."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from agentprobe.analyst.analysis import Evidence, Speaker
from agentprobe.analyst.material import Run
from agentprobe.analyst.sight import Sight, unseen
from agentprobe.scan.severity import Severity

ALIKE = 0.6
"""Prompts that share so much are two versions of one; others belong to different parts of the agent."""
_COMPARED = 4000
"""So many letters of each are compared."""
_SHOWN = 60
_MOST = 20
"""So many prompts of a run are held against those of another."""
_CHANGING = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\d+")
"""Figures and ids, which a template fills in anew each time."""


def in_run(run: Run) -> Sight:
    """What one run shows: prompts that change while it goes on, tools that a server describes anew."""
    told = _told(run)
    evidence = (*_versions(told, within=True), *_servers(run))
    if evidence:
        return Sight(evidence=evidence)
    if not told:
        return unseen("no system prompt was seen")
    return unseen("one run cannot show whether a prompt changes from run to run; give several")


def across(runs: Sequence[Run]) -> Sight:
    """What several runs show side by side."""
    told = [found for run in runs if (found := _told(run))]
    if len(told) < 2:
        return unseen("fewer than two runs hold a system prompt" if len(runs) > 1 else "")
    evidence: list[Evidence] = []
    for before, after in pairwise(told):
        evidence += _between(before, after)
    return Sight(evidence=tuple(evidence), why=f"{len(told)} runs told their models the same system prompts")


def _told(run: Run) -> dict[str, str]:
    """The system prompts of a run, each with the call that told it first."""
    found: dict[str, str] = {}
    for turn in run.trace.turns:
        if turn.request is not None and (system := turn.request.system.strip()):
            found.setdefault(system, run.call(turn.number))
    return found


def _between(before: dict[str, str], after: dict[str, str]) -> Iterator[Evidence]:
    gone = {text: where for text, where in before.items() if text not in after}
    new = {text: where for text, where in after.items() if text not in before}
    alone = len(before) == len(after) == 1
    for text, where in list(new.items())[:_MOST]:
        old = max(list(gone)[:_MOST], key=lambda other: _likeness(other, text), default=None)
        if old is not None and (alone or _likeness(old, text) >= ALIKE):
            yield _changed(old, gone[old], text, where)


def _versions(told: dict[str, str], *, within: bool) -> Iterator[Evidence]:
    """Two versions of one prompt in a single run; they have to be very alike."""
    for (old, where), (new, later) in pairwise(told.items()):
        if _likeness(old, new) >= (ALIKE + 1) / 2 and within:
            yield _changed(old, where, new, later)


def _likeness(old: str, new: str) -> float:
    matcher = SequenceMatcher(None, old[:_COMPARED].split(), new[:_COMPARED].split(), autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE else 0.0


def _changed(old: str, before: str, new: str, after: str) -> Evidence:
    was, now = _parting(old, new)
    figures = _CHANGING.sub("0", old) == _CHANGING.sub("0", new)
    why = ": only figures differ, so a value such as a date stands in it" if figures else ""
    return Evidence(
        says=Speaker.TRACE,
        text=f"the system prompt of {after} is not that of {before}: “{was}” became “{now}”{why}",
        severity=Severity.LOW if figures else Severity.HIGH,
        where=after,
        shows=not figures,
    )


def _parting(old: str, new: str) -> tuple[str, str]:
    """Where two texts part, with a little before it."""
    shared = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    start = max(shared - 15, 0)
    return _excerpt(old, start), _excerpt(new, start)


def _excerpt(text: str, start: int) -> str:
    shown = " ".join(text[start : start + _SHOWN].split())
    return f"{'…' if start else ''}{shown}{'…' if len(text) > start + _SHOWN else ''}"


def _servers(run: Run) -> Iterator[Evidence]:
    for server in run.trace.servers:
        for drift in server.drifts:
            names = ", ".join((*drift.added, *drift.gone, *drift.changed))
            yield Evidence(
                says=Speaker.TRACE,
                text=f"in the same run the tool server {server.name} offered other tools: {names}",
                severity=Severity.HIGH,
                where=f"{run.name}, server {server.name}",
            )
