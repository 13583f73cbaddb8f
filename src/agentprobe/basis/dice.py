"""Chance with an address: the same seed and address always throw the same."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dice:
    """A tree of named random streams grown from one seed.

    Streams do not disturb each other: a throw at one address changes nothing at another, so results do
    not depend on who threw first.
    """

    seed: int

    def at(self, *address: object) -> random.Random:
        """Open the stream of an address, always from its beginning."""
        spelled = "\x1f".join(map(str, (self.seed, *address)))
        return random.Random(hashlib.blake2b(spelled.encode(), digest_size=8).digest())

    def chance(self, probability: float, *address: object) -> bool:
        """Say yes with this probability; the same answer each time for the same address."""
        return self.at(*address).random() < probability

    def fork(self, *address: object) -> Dice:
        """Grow a tree of one's own below an address."""
        return Dice(self.at("fork", *address).getrandbits(63))
