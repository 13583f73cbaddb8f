"""The judge: a task, and what was seen of a run, give evidence with status, failure mode and reason."""

from __future__ import annotations

from collections.abc import Sequence

from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import Strike as Planned
from agentprobe.domain.evidence import Evidence, Mode, Status
from agentprobe.lab.failures import Case, failures
from agentprobe.lab.seen import Strike


def judge(case: Case, *, trace: str = "", observed: str = "") -> Evidence:
    """What came of a run: the first failure that fits, from the most to the least harmful."""
    status, mode, reason = _status(case)
    seen = case.seen
    return Evidence(
        run=case.run,
        status=status,
        mode=mode,
        reason=reason,
        answer=case.ending.answer,
        receipts=tuple(str(strike) for strike in seen.strikes),
        effects=tuple(sorted(seen.ledger.times().items())),
        model_calls=seen.model_calls,
        tool_calls=len(seen.tool_calls),
        input_tokens=seen.input_tokens,
        output_tokens=seen.output_tokens,
        seconds=case.ending.seconds,
        trace=trace,
        observed=observed,
    )


def _status(case: Case) -> tuple[Status, Mode | None, str]:
    if case.ending.house_failure:
        return Status.ERROR, None, case.ending.house_failure
    try:
        failure = next(failures(case), None)
    except Exception as error:  # noqa: BLE001 - a task's check is the user's code and may fail in any way
        return Status.ERROR, None, f"the task's check failed: {type(error).__name__}: {error}"
    if failure and case.seen.provider_failure:
        return Status.ERROR, None, f"the provider failed: {case.seen.provider_failure}"
    if idle := _idle(case.run.regime.schedule, case.seen.strikes):
        calls = f"{case.seen.model_calls} model and {len(case.seen.tool_calls)} tool calls"
        return Status.INCONCLUSIVE, None, f"{', '.join(idle)} never struck; the run made {calls}"
    if failure:
        return Status.FAILED, *failure
    return Status.PASSED, None, ""


def _idle(schedule: str, struck: Sequence[Strike]) -> list[str]:
    """The strikes of a schedule that should have happened and did not; those left to chance may not."""
    planned = Schedule.parse(schedule).strikes
    return [str(one) for one in planned if one.probability >= 1 and not any(_is(one, hit) for hit in struck)]


def _is(planned: Planned, hit: Strike) -> bool:
    at_site = planned.site == hit.site or hit.site.startswith(f"{planned.site}:")
    return planned.fault.name == hit.fault and at_site
