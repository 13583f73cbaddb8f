"""What a run under faults shows, in the words in which findings say what would prove them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from agentprobe.domain.evidence import Mode
from agentprobe.domain.sign import Sign
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.chaos.subject import LEAST_CALLS

LATE_SECONDS = 300.0
"""Longer than this nobody waits, and no three attempts of 60 seconds and their pauses take so long."""
OFTEN = 6
SWOLLEN_TOKENS = 20_000
_OWN_ERROR = re.compile(
    r"\b(?:Key|Index|Type|Attribute|Value|Unbound\w*|Name|ZeroDivision|JSONDecode|Validation|InvalidUpdate)Error\b"
)


def signs_of(shown: Shown) -> tuple[Sign, ...]:
    """All signs that a run shows; none of a run that says nothing."""
    if not shown.reaction.tells:
        return ()
    return tuple(sign for sign in Sign if _SHOWN.get(sign, _reacts(sign))(shown))


def _reacts(sign: Sign) -> Callable[[Shown], bool]:
    return lambda shown: shown.reaction.value == sign.value


def _tripped(shown: Shown) -> bool:
    return shown.mode is Mode.CRASHED and _OWN_ERROR.search(shown.reason) is not None


def _late(shown: Shown) -> bool:
    return shown.mode is Mode.TIMED_OUT or shown.extra_seconds >= LATE_SECONDS


def _endless(shown: Shown) -> bool:
    return shown.model_calls >= LEAST_CALLS or shown.mode is Mode.TIMED_OUT


_SHOWN: Mapping[Sign, Callable[[Shown], bool]] = MappingProxyType(
    {
        Sign.TRIPPED: _tripped,
        Sign.LATE: _late,
        Sign.ENDLESS: _endless,
        Sign.ASKED_AGAIN: lambda shown: len(shown.did) > 1,
        Sign.ASKED_OFTEN: lambda shown: len(shown.did) >= OFTEN,
        Sign.SWOLLEN: lambda shown: shown.extra_tokens >= SWOLLEN_TOKENS,
    }
)
"""The signs that are no reaction by the same name."""
