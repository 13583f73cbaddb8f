"""Whether somebody must look at what a changed prompt does."""

from __future__ import annotations

from dataclasses import dataclass

from agentprobe.lab.prompts.regress import Regression
from agentprobe.lab.prompts.shift import Shift
from agentprobe.scan.prompts.lock import Lock


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What follows from a comparison."""

    said: str
    exit_code: int
    limit: float


def judged(found: Regression, lock: Lock, *, limit: float, bound: str) -> Judgement:
    """Does the change need a person, and has the lock one on record?"""
    if not found.shift.pairs:
        return _judgement("not observed: no task was run to its end on both sides", 3, limit)
    if not found.seen:
        return _judgement("not observed: the models were told the same on both sides", 3, limit)
    measured = _measured(found.shift, bound)
    if found.control is not None and found.control.pairs:
        measured = max(measured - found.control.share, 0.0)
    if measured <= limit:
        return _judgement(f"no review needed: {measured:.0%} is not above {limit:.0%}", 0, limit)
    reviews = [lock.reviewed(one.id, one.old, one.new) for one in found.changed]
    names = sorted({one.reviewed_by for one in reviews if one is not None})
    if all(reviews):
        return _judgement(f"reviewed by {', '.join(names)}: {measured:.0%} is above {limit:.0%}", 0, limit)
    said = f"review needed: {measured:.0%} is above {limit:.0%}. When the new behaviour is right: "
    return _judgement(f"{said}agentprobe prompts lock --reviewed-by NAME --reason TEXT", 1, limit)


def _judgement(said: str, exit_code: int, limit: float) -> Judgement:
    return Judgement(said=said, exit_code=exit_code, limit=limit)


def _measured(shift: Shift, bound: str) -> float:
    return {"lower": shift.bounds.low, "share": shift.share, "upper": shift.bounds.high}[bound]
