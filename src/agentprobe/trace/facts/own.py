"""What agentprobe itself asked of models on the agent's way: hidden turns, calls that a room made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agentprobe.domain.call import Kind
from agentprobe.domain.model import Usage
from agentprobe.trace.facts.models import Known
from agentprobe.trace.facts.money import cost_of
from agentprobe.trace.view import Trace, summed_usage


@dataclass(frozen=True, kw_only=True)
class Own:
    """The calls whose answers the agent never got; their figures are in none of the agent's."""

    calls: int
    usage: Usage
    dollars: float | None = None
    """What they cost; None when nobody can say it of all of them, or nobody charges."""


def own_calls(
    trace: Trace,
    find: Callable[[str, str], Known],
    when: Callable[[float], datetime | None],
    *,
    spends: bool,
) -> Own | None:
    """Of what the world was asked for one call of the agent, all but the last; None when there is none."""
    asked = [call for call in trace.asked if call.kind is Kind.MODEL]
    last = {(call.by, call.id): id(call) for call in asked}
    own = [call for call in asked if last[call.by, call.id] != id(call)]
    if not own:
        return None
    costs = [
        cost_of(
            call.usage,
            find(call.name, call.record.dialect),
            dialect=call.record.dialect,
            at=when(call.at),
        ).dollars
        for call in own
    ]
    known = [dollars for dollars in costs if dollars is not None]
    whole = spends and len(known) == len(own)
    return Own(calls=len(own), usage=summed_usage(own), dollars=sum(known) if whole else None)
