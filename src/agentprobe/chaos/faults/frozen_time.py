"""The fault frozen_time: times that should move on stand still."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar

from agentprobe.chaos._records import leaves_changed, words_in, words_of
from agentprobe.chaos._results import UNCHANGED, reshape
from agentprobe.chaos._times import is_time
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.chaos.strike import fingerprint
from agentprobe.domain.call import ASKED_BACK, Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage

_MOVING = words_in(
    "now time timestamp ts updated modified checked seen current generated fetched synced refreshed heartbeat"
    " asof of"
)
"""Words in the names of fields whose time moves on while the thing itself stays the same."""


@dataclass(frozen=True, kw_only=True)
class FrozenTime(Fault):
    """Times that should move on stand still.

    What happens: asked the same again, a tool answers with the times of its first answer in the fields that
    move on (`updated_at`, `timestamp`, `now` and their like); all else is new. A first answer, one whose
    times have not moved, and times in running text stay as they are.
    Seen in the wild: a cache that keeps the stamp and renews the rest, a worker whose clock stands, a
    dashboard that says "updated" from the time it was built.
    A sound agent: does not wait for ever for a stamp to change, and looks at the matter itself to see whether
    something happened.
    """

    family: ClassVar[Family] = Family.CLOCK
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = "Bound every wait for a change, and compare what is so, not only when it was so."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.FRESHNESS, Mend.BUDGET)

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        if not outcome.ok or ASKED_BACK in outcome.marks:
            return outcome
        with self.occasion.notes.lock:
            first = self.occasion.notes.setdefault(f"{call.name} {fingerprint(call)}", {})
            still = reshape(outcome.value, _stopped_at(first))
        if still is UNCHANGED:
            return outcome
        return self.answered(still, outcome, "the times of the first answer were given again")


def _stopped_at(first: MutableMapping[tuple[int, str], Any]) -> Any:
    """Puts the first times in the place of later ones, told apart by where they stand and their names."""
    places = count()

    def stopped(name: str, value: Any) -> Any:
        place = (next(places), name)
        if not words_of(name) & _MOVING or not is_time(name, value):
            return UNCHANGED
        known = first.setdefault(place, value)
        return known if type(known) is type(value) else UNCHANGED

    return lambda value: leaves_changed(value, stopped)
