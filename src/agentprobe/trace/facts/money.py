"""What model calls cost, by a dated table; what it does not know costs an unknown sum, never nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agentprobe.domain.model import Usage
from agentprobe.trace.facts.models import Known, Rates, Steps

MILLION = 1_000_000
_APART = ("anthropic_messages",)
"""The dialects in which cached and written tokens are counted beside the input and not within it."""
_STANDARD = (None, "auto", "default", "standard", "standard_only")
"""The tiers of service that the table's prices are for."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one call cost, in US dollars; None with the reason where nobody can say."""

    dollars: float | None = None
    saved: float = 0.0
    """What the provider's cache saved in comparison with fresh input."""
    why: str = ""
    """Why it is unknown."""


@dataclass(frozen=True)
class Read:
    """A call's input in one meaning for all providers."""

    fresh: int
    cached: int = 0
    written: int = 0

    @property
    def whole(self) -> int:
        """All that the model read: what stands in its context."""
        return self.fresh + self.cached + self.written


def read_tokens(usage: Usage | None, dialect: str) -> Read | None:
    """The input that was reported; None when it was not."""
    if usage is None or usage.input_tokens is None:
        return None
    cached, written = usage.cached_tokens or 0, usage.written_tokens or 0
    if dialect in _APART:
        return Read(usage.input_tokens, cached, written)
    return Read(max(0, usage.input_tokens - cached - written), cached, written)


def cost_of(
    usage: Usage | None, known: Known, *, dialect: str, at: datetime | None, tier: object = None
) -> Cost:
    """The price of one call by what was reported for it."""
    read = read_tokens(usage, dialect)
    if usage is None or read is None:
        return Cost(why="no tokens were reported")
    rates = known.model.rates_at(at) if known.model is not None else None
    if rates is None:
        return Cost(why=known.why or "the table has no price for it")
    if tier not in _STANDARD:
        return Cost(why=f"the table has no price for the service tier {tier}")
    return _priced(usage, read, rates)


def _priced(usage: Usage, read: Read, rates: Rates) -> Cost:
    """The sum of the parts; unknown when a part that was used has no price.

    Where cached or written input has no price of its own it is charged as input, and thoughts as output.
    """
    thought = usage.reasoning_tokens or 0 if rates.reasoning is not None else 0
    parts = (
        (read.fresh, rates.input, "input"),
        (read.cached, rates.cached or rates.input, "cached input"),
        (read.written, rates.written or rates.input, "input written to the cache"),
        ((usage.output_tokens or 0) - thought, rates.output, "output"),
        (thought, rates.reasoning, "reasoning"),
    )
    missing = next((name for tokens, price, name in parts if tokens > 0 and price is None), None)
    if missing:
        return Cost(why=f"the table has no price for its {missing}")
    dollars = sum(tokens * _price(price, read.whole) for tokens, price, _ in parts) / MILLION
    fresh, kept = _price(rates.input, read.whole), _price(rates.cached or rates.input, read.whole)
    return Cost(dollars=dollars, saved=read.cached * (fresh - kept) / MILLION)


def _price(steps: Steps | None, given: int) -> float:
    """Dollars for a million at that much input: the last step that it has passed."""
    passed = [price for start, price in steps or () if given > start or start == 0]
    return passed[-1] if passed else 0.0
