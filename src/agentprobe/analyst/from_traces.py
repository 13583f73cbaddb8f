"""What runs show of the six ways of failing, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agentprobe.analyst.analysis import Evidence, Shares
from agentprobe.analyst.material import Run
from agentprobe.analyst.rates import wilson
from agentprobe.analyst.sight import Sight, unseen
from agentprobe.analyst.traces import context, latency, limit, prompts, races, temperature
from agentprobe.scan.severity import Mode

_IN_RUN: dict[Mode, Callable[[Run], Sight]] = {
    Mode.TEMPERATURE_DRIFT: temperature.in_run,
    Mode.CONTEXT_OVERFLOW: context.in_run,
    Mode.TOKEN_LIMIT: limit.in_run,
    Mode.PROMPT_DRIFT: prompts.in_run,
    Mode.API_LATENCY: latency.in_run,
    Mode.RACE_CONDITION: races.in_run,
}
_ACROSS: dict[Mode, Callable[[Sequence[Run]], Sight]] = {
    Mode.TEMPERATURE_DRIFT: temperature.across,
    Mode.PROMPT_DRIFT: prompts.across,
}


def seen_in(runs: Sequence[Run], mode: Mode) -> tuple[Sight, Shares | None]:
    """What all runs together show, and in how many of them it shows."""
    by_run = [_IN_RUN[mode](run) for run in runs]
    beside = _ACROSS[mode](runs) if mode in _ACROSS else unseen("")
    looked = [sight for sight in by_run if sight.looked]
    every = [*by_run, beside]
    evidence = _once([one for sight in (beside, *by_run) for one in sight.evidence])
    sight = Sight(
        evidence=evidence,
        looked=any(sight.looked for sight in every),
        why="; ".join(dict.fromkeys(s.why for s in (every if not looked else [*looked, beside]) if s.why)),
    )
    if len(looked) < 2:
        return sight, None
    shown = sum(sight.shows for sight in looked)
    low, high = wilson(shown, len(looked))
    return sight, Shares(shown=shown, runs=len(looked), low=low, high=high)


def _once(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Each thing once; what several runs show beside each other goes before the same of one run."""
    return tuple({(one.text, one.where): one for one in evidence}.values())
