"""The effect ledger: every side effect by what it was meant to bring about, and how often it happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One write that a tool carried out."""

    tool: str
    arguments: Mapping[str, Any]
    intent: str
    """The idempotency key, or tool and arguments where there is none."""
    committed: bool = True
    """False when the tool raised, so that nobody knows, and when it said that it changed nothing."""


@dataclass(frozen=True, slots=True)
class EffectLedger:
    """What a run did to the world, in the order in which it was done."""

    effects: tuple[LedgerEntry, ...] = ()

    def times(self) -> Counter[str]:
        """How often each intent was carried out."""
        return Counter(effect.intent for effect in self.effects if effect.committed)

    def repeated(self) -> tuple[str, ...]:
        """The intents that were carried out more than once, most often first."""
        return tuple(intent for intent, times in self.times().most_common() if times > 1)
