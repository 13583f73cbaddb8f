"""The worst case of a call: seconds, requests and money, with the arithmetic in words."""

from __future__ import annotations

from agentprobe.scan.effective.around import product
from agentprobe.scan.effective.resolved import Outer, Resolved, Worst
from agentprobe.trace.facts.limits import facts_of
from agentprobe.trace.facts.models import Known as KnownModel
from agentprobe.trace.facts.models import Rates, shipped


def worst_of(
    *,
    model: Resolved,
    cap: Resolved,
    timeout: Resolved,
    attempts: Resolved,
    steps: Resolved,
    deadline: Resolved,
    outer: tuple[Outer, ...],
) -> Worst:
    """What a call may come to at most; nothing is counted that is not known."""
    rounds, tries = steps.number, attempts.number
    endless = any(one.endless for one in outer)
    requests = None
    if rounds is not None and tries is not None and not endless:
        requests = int(rounds * tries * product(outer))
    seconds = _seconds(timeout, requests, deadline, outer)
    dollars = _dollars(model, cap, requests)
    return Worst(
        seconds=seconds,
        requests=requests,
        dollars=dollars,
        endless=endless,
        words=_words(
            timeout,
            attempts,
            steps,
            deadline,
            outer,
            Worst(seconds=seconds, requests=requests, dollars=dollars),
        ),
    )


def _seconds(
    timeout: Resolved, requests: int | None, deadline: Resolved, outer: tuple[Outer, ...]
) -> float | None:
    limit = deadline.number
    if limit is not None:  # it ends one round of what is within it; retries around it begin again
        return limit * product(outer) if not any(one.endless for one in outer) else None
    if timeout.number is None or requests is None:
        return None
    return timeout.number * requests


def _dollars(model: Resolved, cap: Resolved, requests: int | None) -> float | None:
    """All requests with a full window and the longest answer; only where price and limits are known."""
    if requests is None or not isinstance(model.value, str):
        return None
    most = cap.number if cap.number is not None else _most(model.value) if cap.unset else None
    known = priced(model.value)
    rates = known.model.rates_at(None) if known.model is not None else None
    if rates is None or known.window is None or most is None:
        return None
    read, written = _price(rates, known.window)
    if read is None or written is None:
        return None
    answer = min(most, known.window)
    return requests * ((known.window - answer) * read + answer * written) / 1_000_000


def _most(model: str) -> int | None:
    """The tokens that one answer of a model has at most where nobody sets a cap."""
    known = facts_of(model)
    return known.writes if known is not None else None


def priced(name: str) -> KnownModel:
    """What the table of prices knows of a model, with the provider's name before it left out."""
    table = shipped()
    found = table.find(name)
    for separator in ("/", ":"):
        if found.model is None and separator in name:
            found = table.find(name.partition(separator)[2])
    return found


def _price(rates: Rates, tokens: int) -> tuple[float | None, float | None]:
    def at(steps: tuple[tuple[int, float], ...] | None) -> float | None:
        fitting = [price for start, price in steps or () if start <= tokens]
        return fitting[-1] if fitting else None

    return at(rates.input), at(rates.output)


def _words(
    timeout: Resolved,
    attempts: Resolved,
    steps: Resolved,
    deadline: Resolved,
    outer: tuple[Outer, ...],
    worst: Worst,
) -> str:
    parts = [
        f"{timeout.number:g} s" if timeout.number is not None else "no deadline" if timeout.known else "? s"
    ]
    if attempts.number is not None:
        parts.append(f"{attempts.number:g} attempt{'' if attempts.number == 1 else 's'}")
    else:
        parts.append("? attempts")
    for one in outer:
        told = "without end" if one.endless else "?" if one.attempts is None else str(one.attempts)
        parts.append(f"{told} ({one.by})")
    if steps.number is not None and steps.number != 1:
        parts.append(f"{steps.number:,.0f} steps")
    elif steps.known and steps.number is None:
        parts.append("steps without end")
    said = " × ".join(parts)
    if deadline.number is not None:
        said += f", cut at {deadline.number:g} s"
    ends = [span(worst.seconds)] if worst.seconds is not None else []
    if worst.requests is not None:
        ends.append(f"{worst.requests:,} request{'' if worst.requests == 1 else 's'}")
    if worst.dollars is not None:
        ends.append(money(worst.dollars))
    return f"{said} = {', '.join(ends)}" if ends else said


def span(seconds: float) -> str:
    """A span of time as people say it: "45 s", "30 min", "2 h 30 min", "69 days"."""
    if seconds < 120:
        return f"{seconds:g} s"
    if seconds < 7_200:
        return f"{seconds / 60:.3g} min"
    if seconds < 172_800:
        hours, rest = divmod(round(seconds / 60), 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{seconds / 86_400:,.0f} days"


def money(dollars: float) -> str:
    """An amount as people say it: "$0.42", "$41", "$120,000"."""
    return f"${dollars:,.2f}" if dollars < 10 else f"${dollars:,.0f}"
