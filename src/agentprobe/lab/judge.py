"""The judge: a task, and what was seen of a run, give evidence with status, failure mode and reason."""

from __future__ import annotations

from collections.abc import Sequence

from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import ANY_TOOL, MODEL, Strike
from agentprobe.domain.evidence import Evidence, Mode, Status
from agentprobe.errors import described
from agentprobe.lab.failures import Case, failures
from agentprobe.lab.seen import Receipt


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
        receipts=tuple(map(str, seen.receipts)),
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
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a check is the user's code: it may do anything
        return Status.ERROR, None, f"the task's check failed: {described(error)}"
    if failure and case.seen.provider_failure:
        return Status.ERROR, None, f"the provider failed: {case.seen.provider_failure}"
    done_twice = failure is not None and failure[0] is Mode.DUPLICATED_EFFECT  # whatever struck or did not
    if not done_twice and (idle := never_struck(case.run.regime.schedule, case.seen.receipts)):
        calls = f"{case.seen.model_calls} model and {len(case.seen.tool_calls)} tool calls"
        said = f"{', '.join(idle)} never struck; the run made {calls}{no_waiting(idle)}"
        return Status.INCONCLUSIVE, None, said
    if failure:
        return Status.FAILED, *failure
    return Status.PASSED, None, ""


def never_struck(schedule: str, receipts: Sequence[Receipt]) -> list[str]:
    """The strikes of a schedule that should have happened and did not; those left to chance may not."""
    planned = [strike for strike in Schedule.parse(schedule).strikes if strike.probability >= 1]
    return [str(strike) for strike in planned if not any(is_of(one, strike) for one in receipts)]


def no_waiting(idle: Sequence[str]) -> str:
    """Why strikes that would have made a tool wait may never have struck; empty where none would have."""
    strikes = [strike for text in idle for strike in Schedule.parse(text).strikes]
    if not any(strike.fault.waits and strike.site != MODEL for strike in strikes):
        return ""
    return "; a tool that is seen only in the model traffic cannot be made to wait"


def is_of(receipt: Receipt, strike: Strike) -> bool:
    """Can a receipt be a strike's? A place, a matter and a time are not looked at again."""
    at_site = strike.site == receipt.site or receipt.site.startswith(f"{strike.site}:")
    nth = receipt.nth_tool if strike.site == ANY_TOOL else receipt.nth
    at_call = strike.first <= nth <= (nth if strike.last is None else strike.last)
    if strike.counts or strike.each is not None or strike.since is not None:
        at_call = True
    return strike.fault.name == receipt.fault and at_site and at_call
