"""The gate: a policy and evidence give a verdict, each claim with its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agentprobe.domain.evidence import Evidence
from agentprobe.domain.verdict import Decision, Reason, Verdict
from agentprobe.gate.policy import Policy
from agentprobe.lab.counting import CONCLUSIVE, tally
from agentprobe.lab.statistics import Tally, interval, mean_rate, surely_above, tasks_needed

WORST_FIRST = (Decision.FAIL, Decision.NOT_OBSERVED, Decision.PASS)


def judge(policy: Policy, evidence: Iterable[Evidence], now: datetime, *, partial: bool = False) -> Verdict:
    """Hold each agent against the policy; the verdict is the worst of its reasons.

    A rate that is observed below the required one fails. One that is not, but that too few tasks stand
    for, is not observed. Each claim is tested by itself and all must hold, so no correction is needed.
    `partial` evidence leaves tasks out on purpose: it can close the gate and never open it.
    """
    items = list(evidence)
    agents = policy.agents or tuple(sorted({item.run.agent for item in items}))
    reasons = [
        reason
        for agent in agents
        for reason in _reasons(_Case(policy, agent, [item for item in items if item.run.agent == agent], now))
    ]
    if partial:
        said = "only some of the tasks were chosen; a release is judged on all of them"
        reasons += [Reason(agent=agent, decision=Decision.NOT_OBSERVED, text=said) for agent in agents]
    found = {reason.decision for reason in reasons} or {Decision.NOT_OBSERVED}
    return Verdict(decision=next(one for one in WORST_FIRST if one in found), reasons=tuple(reasons))


@dataclass(frozen=True)
class _Case:
    """One agent's evidence before one policy."""

    policy: Policy
    agent: str
    all: Sequence[Evidence]
    now: datetime

    @property
    def fresh(self) -> list[Evidence]:
        """What is young enough to count, of worlds that are not stale."""
        return [item for item in self.young if not _outlived(item, self.now)]

    @property
    def young(self) -> list[Evidence]:
        """What is young enough to count."""
        oldest = self.now - timedelta(days=self.policy.max_age_days)
        return [item for item in self.all if _observed(item, self.now) >= oldest]

    def says(self, decision: Decision, text: str) -> Reason:
        return Reason(agent=self.agent, decision=decision, text=text)


def _outlived(item: Evidence, now: datetime) -> bool:
    """Is the world stale in which it was observed?"""
    return bool(item.world_until) and _moment(item.world_until, now) <= now


def _observed(item: Evidence, now: datetime) -> datetime:
    """When it was observed; evidence without a date is as old as can be."""
    return _moment(item.observed, now)


def _moment(text: str, now: datetime) -> datetime:
    try:
        seen = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=now.tzinfo)
    return seen if seen.tzinfo else seen.replace(tzinfo=now.tzinfo)


def _reasons(case: _Case) -> Iterator[Reason]:
    young, fresh = case.young, case.fresh
    if outlived := [item for item in young if _outlived(item, case.now)]:
        day = min(item.world_until for item in outlived).partition("T")[0]
        rows = sorted({f"{item.run.regime.rows or 0:,}" for item in outlived}, key=len)
        said = f"the world of {', '.join(rows)} rows is stale since {day}"
        if not fresh:
            yield case.says(Decision.NOT_OBSERVED, f"{said}; derive it anew and run again")
            return
        yield case.says(Decision.PASS, f"{said}: {_runs(len(outlived))} {_were(len(outlived))} not counted")
    if stale := len(case.all) - len(young):
        limit = f"{case.policy.max_age_days:g} days"
        if not fresh:
            said = f"all {stale} runs are older than {limit}; run again"
            yield case.says(Decision.NOT_OBSERVED, said)
            return
        yield case.says(Decision.PASS, f"{_runs(stale)} older than {limit} {_were(stale)} not counted")
    yield from _never(case, fresh)
    yield from _density(case, [item for item in fresh if not item.run.regime.schedule])
    yield from _faults(case, [item for item in fresh if item.run.regime.schedule])


def _never(case: _Case, fresh: Sequence[Evidence]) -> Iterator[Reason]:
    """Modes that close the gate however rare they are."""
    seen = Counter(item.mode for item in fresh if item.status in CONCLUSIVE)
    for mode in case.policy.never:
        if times := seen[mode]:
            word = mode.value.replace("_", " ")
            said = f"{word} in {times} of {_runs(len(fresh))}; the policy allows it never"
            yield case.says(Decision.FAIL, said)


def _density(case: _Case, items: Sequence[Evidence]) -> Iterator[Reason]:
    """Below the required density nothing may fall short; at it, the rate must be proven."""
    policy = case.policy
    for rows in sorted({item.run.regime.rows or 0 for item in items}):
        if policy.rows is not None and 0 < rows < policy.rows:
            tallies = tally(item for item in items if item.run.regime.rows == rows)
            if tallies and mean_rate(tallies) < policy.pass_rate:
                yield _short(case, tallies, policy.pass_rate, _at(rows))
    target = tally(item for item in items if item.run.regime.rows == policy.rows)
    if not target:
        there = sorted({item.run.regime.rows for item in items if item.run.regime.rows is not None})
        seen = f"; observed at {', '.join(f'{rows:,}' for rows in there)}" if there else ""
        yield case.says(Decision.NOT_OBSERVED, f"no run {_at(policy.rows)}{seen}")
        return
    yield _claim(case, target, policy.pass_rate, _at(policy.rows))


def _faults(case: _Case, items: Sequence[Evidence]) -> Iterator[Reason]:
    """No schedule may fall short, none may be left unseen, and all together must be proven."""
    policy, required = case.policy, case.policy.faults_pass_rate
    if required is None:
        return
    within = [item for item in items if (item.run.regime.rows or 0) <= (policy.rows or 0)]
    if not within:
        yield case.says(Decision.NOT_OBSERVED, f"no run under faults {_at(policy.rows)} or below")
        return
    for schedule in sorted({item.run.regime.schedule for item in within}):
        tallies = tally(item for item in within if item.run.regime.schedule == schedule)
        if not tallies:
            said = f"under {schedule} the fault never struck, so nothing was observed"
            yield case.says(Decision.NOT_OBSERVED, said)
        elif mean_rate(tallies) < required:
            yield _short(case, tallies, required, f"under {schedule}")
    yield _claim(case, tally(within), required, "under faults")


def _claim(case: _Case, tallies: Sequence[Tally], required: float, where: str) -> Reason:
    confidence = case.policy.confidence
    if mean_rate(tallies) < required:
        return _short(case, tallies, required, where)
    low = surely_above(tallies, confidence)
    if low >= required:
        said = (
            f"{_numbers(tallies, confidence)} {where}: at least {low:.1%}, where {required:.0%} is required"
        )
        return case.says(Decision.PASS, said)
    return case.says(Decision.NOT_OBSERVED, _too_few(case, tallies, required, low, where))


def _too_few(case: _Case, tallies: Sequence[Tally], required: float, low: float, where: str) -> str:
    seen = f"{_numbers(tallies, case.policy.confidence)} {where}"
    if required >= 1:
        return f"{seen}: no number of tasks proves 100 %; require less"
    needed = tasks_needed(required, case.policy.confidence)
    sure = f"at {case.policy.confidence:.0%} confidence"
    proven = f"{seen}: proves only {low:.1%} {sure}, where {required:.0%} is required"
    if len(tallies) < needed:
        return f"{proven}; that takes {needed} tasks that all pass, and there are {len(tallies)}"
    return f"{proven}; add tasks"


def _short(case: _Case, tallies: Sequence[Tally], required: float, where: str) -> Reason:
    said = f"{_numbers(tallies, case.policy.confidence)} {where}, where {required:.0%} is required"
    return case.says(Decision.FAIL, said)


def _numbers(tallies: Sequence[Tally], confidence: float) -> str:
    """`90.0% of tasks [70.1–97.2%] (27 of 30 runs of 10 tasks)`."""
    passed, runs = sum(one.passed for one in tallies), sum(one.runs for one in tallies)
    around = interval(tallies, confidence)
    span = f"[{around.low:.1%} to {around.high:.1%}]"
    tasks = f"{len(tallies)} task{'' if len(tallies) == 1 else 's'}"
    return f"{mean_rate(tallies):.1%} {span} passed ({passed} of {_runs(runs)} of {tasks})"


def _runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _at(rows: int | None) -> str:
    return "without a world" if rows is None else f"at {rows:,} rows"
