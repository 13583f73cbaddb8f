"""Choosing one of the answers a policy offers, the way a sampling temperature does."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random

from agentprobe.errors import ConfigError
from agentprobe.sim.policy import Option


def heaviest(options: Sequence[Option]) -> Option:
    """The option that temperature 0 gives: the heaviest, and the first of equals."""
    return max(options, key=lambda option: option.weight)


def draw(options: Sequence[Option], temperature: float, dice: Random) -> Option:
    """Draw an option; the lower the temperature, the more the heavy ones are preferred.

    Raises ConfigError when no option has any weight.
    """
    top = heaviest(options).weight
    if top <= 0:
        raise ConfigError("a policy must give at least one of its options a weight above 0")
    sums = list(accumulate((max(option.weight, 0) / top) ** (1 / temperature) for option in options))
    point = dice.random() * sums[-1]
    reached = (option for option, reach in zip(options, sums, strict=True) if point < reach)
    return next(reached, heaviest(options))
