"""The token limit in runs: answers that stopped at it, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.analyst.analysis import Evidence, Speaker
from agentprobe.analyst.material import Run
from agentprobe.analyst.sight import Sight, unseen
from agentprobe.domain.model import Finish
from agentprobe.scan.severity import Severity
from agentprobe.trace.facts.conversations import Turn
from agentprobe.trace.swallowed import Swallowed, swallowed
from agentprobe.trace.troubles import Came

NEAR = 0.95
"""An answer that takes this share of its limit has little left."""


def in_run(run: Run) -> Sight:
    """The answers of one run that met their limit."""
    told = [turn for turn in run.trace.turns if turn.call.answer is not None and turn.call.answer.finish]
    if not told:
        return unseen("no answer says why it ended")
    passed_on = {one.number: one for one in swallowed(run.trace) if one.trouble.came is Came.LENGTH}
    evidence = [_stopped(run, turn, passed_on.get(turn.number)) for turn in told if _at_limit(turn)]
    return Sight(
        evidence=(*evidence, *_near(run, told)), why=f"none of {len(told)} answers stopped at a limit"
    )


def _at_limit(turn: Turn) -> bool:
    return turn.call.answer is not None and turn.call.answer.finish is Finish.LENGTH


def _cap(turn: Turn) -> int | None:
    settings = turn.call.last.settings
    return settings.max_tokens if settings is not None else None


def _taken(turn: Turn) -> int | None:
    usage = turn.call.last.usage
    return usage.output_tokens if usage is not None else None


def _stopped(run: Run, turn: Turn, passed_on: Swallowed | None) -> Evidence:
    cap, answer = _cap(turn), turn.call.answer
    limit = f"its limit of {cap:,} tokens" if cap else "a limit that no request names"
    wish = " in the middle of a tool call" if answer is not None and answer.tool_calls else ""
    after = f"; {passed_on.went_on}" if passed_on is not None else "; the agent took notice"
    return Evidence(
        says=Speaker.TRACE,
        text=f"the answer stopped at {limit}{wish}{after}",
        severity=Severity.HIGH if passed_on is not None else Severity.MEDIUM,
        where=run.call(turn.number),
    )


def _near(run: Run, told: list[Turn]) -> Iterator[Evidence]:
    """Answers that all but met their limit."""
    for turn in told:
        cap, taken = _cap(turn), _taken(turn)
        if cap and taken and NEAR * cap <= taken and not _at_limit(turn):
            yield Evidence(
                says=Speaker.TRACE,
                text=f"the answer took {taken:,} of {cap:,} tokens: a little more, and it is cut",
                where=run.call(turn.number),
                shows=False,
            )
