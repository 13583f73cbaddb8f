"""Context overflow in runs: how full the model's window became, and refusals because it was too full."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.analyst.analysis import Evidence, Speaker
from agentprobe.analyst.material import Run
from agentprobe.analyst.sight import Sight, unseen
from agentprobe.domain.model import Finish
from agentprobe.scan.severity import Severity
from agentprobe.trace.facts.conversations import MARK, Conversation, Point
from agentprobe.trace.facts.ledger import ledger_of
from agentprobe.trace.facts.models import table_here

FULL = 0.95
"""From this share on the next turn may not fit at all."""
_TOO_LONG = re.compile(
    r"context.{0,20}(?:length|window)|maximum context|prompt is too long|too many (?:input )?tokens",
    re.IGNORECASE,
)


def in_run(run: Run) -> Sight:
    """How full the context became in one run."""
    refused = tuple(_refused(run))
    conversations = ledger_of(run.trace, table_here()).conversations
    points = [point for one in conversations for point in one.points if point.share is not None]
    if not points:
        why = "of no call both the tokens and the model's window are known"
        return Sight(evidence=refused, why=why) if refused else unseen(why)
    evidence = (*refused, *(found for one in conversations for found in _filled(run, one)))
    fullest = max(points, key=lambda point: point.share or 0)
    return Sight(
        evidence=evidence,
        why=f"the window was filled to {_percent(fullest)} at most, at {run.call(fullest.number)}",
    )


def _filled(run: Run, conversation: Conversation) -> Iterator[Evidence]:
    crossed, fullest = conversation.crossed, conversation.fullest
    if crossed is None or fullest is None:
        return
    counted = " by our own count" if fullest.counted else ""
    first = f"; {_percent(Point(0, int(MARK * 100), 100))} was passed at call {crossed.number}"
    yield Evidence(
        says=Speaker.TRACE,
        text=f"{fullest.tokens:,} tokens{counted} in a window of {fullest.window:,} ({_percent(fullest)})"
        + (first if crossed.number != fullest.number else ""),
        severity=Severity.HIGH if (fullest.share or 0) >= FULL else Severity.MEDIUM,
        where=run.call(fullest.number),
    )


def _refused(run: Run) -> Iterator[Evidence]:
    """Calls that the provider refused, or ended, because the context was full."""
    for turn in run.trace.turns:
        answer = turn.call.answer
        full = answer is not None and answer.finish is Finish.CONTEXT
        too_long = any(attempt.failed and _TOO_LONG.search(attempt.error) for attempt in turn.call.attempts)
        if full or too_long:
            yield Evidence(
                says=Speaker.TRACE,
                text="the provider said that the context is too long for the model",
                severity=Severity.CRITICAL,
                where=run.call(turn.number),
            )


def _percent(point: Point) -> str:
    share = (point.share or 0) * 100
    return f"{share:.0f} %" if share >= 1 else "less than 1 %"
