"""Timeouts, rate limits and silent errors in runs: what came back, and whether the agent noticed."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.analyst.analysis import Evidence, Speaker
from agentprobe.analyst.material import Run
from agentprobe.analyst.sight import Sight, unseen
from agentprobe.scan.severity import Severity
from agentprobe.trace.facts.conversations import Turn
from agentprobe.trace.swallowed import Swallowed, swallowed
from agentprobe.trace.troubles import Came

SLOW_SECONDS = 60.0
"""Longer than most callers wait."""
_MAY_PASS = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
"""Statuses after which asking again is worth while."""
_SEVERITIES = {Came.FAILED: Severity.CRITICAL, Came.CUT: Severity.CRITICAL, Came.TOOL: Severity.HIGH}


def in_run(run: Run) -> Sight:
    """What failed in one run, and what the agent did then."""
    turns = run.trace.turns
    if not turns and not run.trace.tool_calls:
        return unseen("no call of a model or a tool was seen")
    silent = [one for one in swallowed(run.trace) if one.trouble.came is not Came.LENGTH]
    numbers = {one.number for one in silent if not one.tool}
    evidence = (
        *(_silent(run, one) for one in silent),
        *(found for turn in turns if turn.number not in numbers for found in _seen(run, turn)),
    )
    if not any(one.shows for one in evidence) and not any(_failed(turn) for turn in turns):
        return unseen("no call failed, so how the agent takes a failure was not seen", *evidence)
    return Sight(evidence=evidence, why="what failed was asked again, or ended the run openly")


def _silent(run: Run, one: Swallowed) -> Evidence:
    where = run.call(one.number) if one.number else run.name
    what = f"tool {one.tool}: {one.trouble.what}" if one.tool else one.trouble.what
    return Evidence(
        says=Speaker.TRACE,
        text=f"swallowed: {one.trouble.came} ({_short(what)}); {one.went_on}",
        severity=_SEVERITIES.get(one.trouble.came, Severity.MEDIUM),
        where=where,
    )


def _failed(turn: Turn) -> bool:
    return any(attempt.failed and not attempt.left for attempt in turn.call.attempts)


def _seen(run: Run, turn: Turn) -> Iterator[Evidence]:
    """What is told of a call that nobody swallowed."""
    call = turn.call
    statuses = ", ".join(str(status) if status is not None else "no reply" for status in call.statuses)
    if call.failed and not call.last.left and not call.retries and call.last.status in (*_MAY_PASS, None):
        yield Evidence(
            says=Speaker.TRACE,
            text=f"failed ({_short(call.last.error or statuses)}) and was never asked again",
            severity=Severity.MEDIUM,
            where=run.call(turn.number),
        )
    elif call.retries:
        came = "was answered in the end" if not call.failed else "failed openly in the end"
        yield Evidence(
            says=Speaker.TRACE,
            text=f"asked {len(call.attempts)} times ({statuses}) and {came}",
            where=run.call(turn.number),
            shows=False,
        )
    if call.seconds is not None and call.seconds >= SLOW_SECONDS:
        yield Evidence(
            says=Speaker.TRACE,
            text=f"took {call.seconds:.0f} s, pauses between attempts included",
            severity=Severity.MEDIUM,
            where=run.call(turn.number),
        )


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= 120 else f"{shown[:119]}…"
