"""The drift test: the same question asked with development's settings and with production's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import Any

from agentprobe.chaos.adjusting import ADJUSTED
from agentprobe.lab.behaviour import SetDiff, moved
from agentprobe.trace.diff.compare import answer_digest
from agentprobe.trace.replay.tokens import GOOD_AS_DETERMINISTIC, answer_tokens, shared
from agentprobe.trace.view import Trace


@dataclass(frozen=True, kw_only=True)
class Side:
    """All runs with the same settings."""

    name: str
    settings: Mapping[str, Any]
    runs: tuple[Trace, ...]

    @cached_property
    def hashes(self) -> Counter[str]:
        """How often each output came, by the beginning of its digest; `none` where nothing was said."""
        return Counter(answer_digest(run)[:12] or "none" for run in self.runs)

    @property
    def unmoved(self) -> int:
        """Model calls that were asked with the settings of the agent itself: these could not be changed."""
        calls = (call for run in self.runs for call in run.model_calls)
        return sum(ADJUSTED not in call.marks and not _has(call.settings, self.settings) for call in calls)


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What the two settings came to."""

    dev: Side
    prod: Side

    @cached_property
    def sets(self) -> SetDiff:
        """Which behaviours moved between them."""
        return moved(self.dev.runs, self.prod.runs)

    @property
    def observed(self) -> bool:
        """Did the model say anything at all on both sides?"""
        return all(side.hashes.keys() - {"none"} for side in (self.dev, self.prod))

    @property
    def diverged(self) -> bool:
        """Has one side an output that the other never gave?"""
        return self.dev.hashes.keys() != self.prod.hashes.keys()

    @cached_property
    def shares(self) -> tuple[float, float, float]:
        """The mean share of words that two outputs have in common: within dev, within prod, across."""
        dev, prod = _answers(self.dev), _answers(self.prod)
        return (
            _mean(combinations(dev, 2)),
            _mean(combinations(prod, 2)),
            _mean(product(dev, prod)),
        )

    @property
    def close(self) -> bool:
        """Are the outputs of both sides as good as the same, by 99 % of their words?"""
        return self.shares[2] >= GOOD_AS_DETERMINISTIC


def _has(chosen: Any, wanted: Mapping[str, Any]) -> bool:
    """Did the agent itself ask for just this?"""
    return all(getattr(chosen, name, None) == value for name, value in wanted.items() if name != "model")


def _answers(side: Side) -> list[list[str]]:
    return [list(answer_tokens(run.final_answer)) for run in side.runs]


def _mean(pairs: Iterable[tuple[list[str], list[str]]]) -> float:
    """Of a single output, all is the same."""
    rates = [shared(one, other).rate for one, other in pairs]
    return sum(rates) / len(rates) if rates else 1.0
