"""Remedies: what mends a finding, by what struck and by what the agent made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from agentprobe.chaos.strike import Strike
from agentprobe.domain.evidence import Mode
from agentprobe.domain.mend import Mend
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.found import Remedy
from agentprobe.lab.chaos.shot import Shown

_BY_MODE: Mapping[Mode, tuple[Mend, str]] = MappingProxyType(
    {
        Mode.ERROR_AS_ANSWER: (Mend.ERROR_HANDLING, "Never hand an error's text on as the answer."),
        Mode.EMPTY_ANSWER: (
            Mend.SCHEMA_CHECK,
            "Refuse an empty answer: ask again, or say that there is none.",
        ),
        Mode.TRUNCATED_ANSWER: (
            Mend.LENGTH_IS_ERROR,
            "Check why an answer stopped, and hand none on that was cut.",
        ),
        Mode.CLAIMED_WITHOUT_EFFECT: (
            Mend.VERIFICATION,
            "Read the state back after a write before telling of it.",
        ),
    }
)
_BY_REACTION: Mapping[Reaction, tuple[Mend, str]] = MappingProxyType(
    {
        Reaction.OBEYED: (
            Mend.UNTRUSTED_DATA,
            "Let nothing that a tool or a document says start a call that writes: ask the user first.",
        ),
        Reaction.LEAKED: (
            Mend.UNTRUSTED_DATA,
            "Send out no address that was made of data; allow-list where to.",
        ),
        Reaction.DUPLICATED: (
            Mend.IDEMPOTENCY_KEY,
            "Give the write an idempotency key, and look whether it took effect before it is repeated.",
        ),
        Reaction.LOOPED: (
            Mend.BUDGET,
            "Limit the steps of a run, and stop when a call brings the same again.",
        ),
        Reaction.OVERSPENT: (
            Mend.DEADLINE,
            "Give each call a timeout and the run a limit of time and tokens.",
        ),
    }
)


def remedies(strikes: Sequence[Strike], shown: Shown) -> tuple[Remedy, ...]:
    """What mends it, the best first, each measure once."""
    found = {one.mend: one for one in reversed(list(_remedies(strikes, shown)))}
    return tuple(reversed(found.values()))


def _remedies(strikes: Sequence[Strike], shown: Shown) -> Iterator[Remedy]:
    if shown.reaction in _BY_REACTION:
        mend, text = _BY_REACTION[shown.reaction]
        yield Remedy(mend=mend, text=text)
    for strike in strikes:
        yield Remedy(mend=strike.fault.mends[0], text=strike.fault.remedy)
    if shown.mode is not None and shown.mode in _BY_MODE:
        mend, text = _BY_MODE[shown.mode]
        yield Remedy(mend=mend, text=text)
