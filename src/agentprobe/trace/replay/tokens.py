"""How much of two texts is the same, counted in words and signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from agentprobe.trace.body import unpacked_bytes
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.records import Body

_TOKEN = re.compile(r"\w+|[^\w\s]")
LONG = 2000
"""Parts of more tokens than this are compared place by place: to look for moved ones would take too long."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many tokens so many are the same."""

    matched: int
    total: int

    @property
    def rate(self) -> float:
        """The share; of nothing, all is the same."""
        return self.matched / self.total if self.total else 1.0

    def and_of(self, other: Share) -> Share:
        """Both shares taken together."""
        return Share(self.matched + other.matched, self.total + other.total)


GOOD_AS_DETERMINISTIC = 0.99
"""With so large a share of tokens in common two texts, or two runs, are the same for practical purposes."""


def request_tokens(call: TracedCall) -> Sequence[str]:
    """The tokens of what a call asked."""
    return body_tokens(call.record.request)


def body_tokens(body: Body | None) -> Sequence[str]:
    """The tokens of a payload."""
    return _TOKEN.findall(unpacked_bytes(body).decode("utf-8", "replace"))


def answer_tokens(text: str | None) -> Sequence[str]:
    """The tokens of what a model said."""
    return _TOKEN.findall(text or "")


def shared(recorded: Sequence[str], again: Sequence[str]) -> Share:
    """The tokens that both have in the same order, out of those of the longer one."""
    total = max(len(recorded), len(again))
    shorter = min(len(recorded), len(again))
    start = next((i for i in range(shorter) if recorded[i] != again[i]), shorter)
    end = next((i for i in range(shorter - start) if recorded[-1 - i] != again[-1 - i]), shorter - start)
    ours, theirs = recorded[start : len(recorded) - end], again[start : len(again) - end]
    return Share(start + end + _middle(ours, theirs), total)


def _middle(recorded: Sequence[str], again: Sequence[str]) -> int:
    if not recorded or not again:
        return 0
    if max(len(recorded), len(again)) > LONG:
        return sum(a == b for a, b in zip(recorded, again, strict=False))
    blocks = SequenceMatcher(None, recorded, again, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks)
