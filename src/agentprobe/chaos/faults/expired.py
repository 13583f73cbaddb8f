"""The fault expired: what a tool gave is past its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from agentprobe.chaos._records import leaves_changed, words_in, words_of
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos._times import moved_leaf
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend

_ENDS = words_in("expires expire expiry expiration exp until")
_LEFT = words_in("ttl lifetime")


@dataclass(frozen=True, kw_only=True)
class Expired(Reshaping):
    """What a tool gave is past its time.

    What happens: what says until when something is good (`expires_at`, `valid_until`, `exp` and their like)
    lies `seconds` in the past, told from the session's clock; what says how long it still is (`expires_in`,
    `ttl`) says 0. What has expired already, and a result without such a field, stays as it is.
    Seen in the wild: tokens from a cache, quotes and reservations that ran out while somebody thought, signed
    links in old messages.
    A sound agent: looks until when a thing is good before it uses it, gets a new one, and does not promise
    the old price.
    """

    family: ClassVar[Family] = Family.CLOCK
    remedy: ClassVar[str] = "Check the time of expiry at the moment of use, and fetch again what has run out."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.FRESHNESS, Mend.ERROR_HANDLING)
    telling: ClassVar[bool] = True

    seconds: Annotated[float, Meta(gt=0, le=3_200_000_000)] = 86_400.0
    """How long ago it ran out; of a date without a time whole days count."""

    @property
    def did(self) -> str:
        return f"it ran out {self.seconds:g} s ago"

    def changed(self, value: Any) -> Any:
        return leaves_changed(value, self._run_out)

    def _run_out(self, name: str, value: Any) -> Any:
        words = words_of(name)
        if words & _LEFT or {"expires", "in"} <= words:
            return 0 if type(value) in (int, float) and value > 0 else UNCHANGED
        ends = bool(words & _ENDS) or {"valid", "to"} <= words or {"not", "after"} <= words
        return moved_leaf(name, value, self._before_now) if ends else UNCHANGED

    def _before_now(self, then: datetime) -> datetime:
        ended = self.occasion.clock.date().astimezone(UTC) - timedelta(seconds=self.seconds)
        ended = ended.replace(microsecond=0)
        limit = ended.replace(tzinfo=None) if then.tzinfo is None else ended.astimezone(then.tzinfo)
        return min(then, limit)
