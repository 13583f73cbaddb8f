"""The fault rate_limited: the provider says that there were too many requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._replies import refused_with
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.errors import RateLimited as TooMany
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class RateLimited(Fault):
    """The provider says that there were too many requests.

    What happens: status 429 with the provider's own error body and headers, asking to come back after
    `retry_after` seconds. The world is not asked.
    Seen in the wild: every shared key at its busiest hour. Most SDKs retry twice by themselves; some
    frameworks retry on top of that, tools included, and one was seen to give the error text as its answer.
    A sound agent: waits as long as it was told, within a limit, keeps what it has done, and hands over when
    it goes on.
    """

    family: ClassVar[Family] = Family.PROVIDER
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Honour retry-after in one layer only, and hand over with what is done when it goes on."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.CHECKPOINT)

    retry_after: Annotated[float, Meta(ge=0, le=86400)] = 1.0
    """After how many seconds the provider asks to come back."""

    def intercept(self, call: Call) -> Passage:
        yield from ()
        outcome = refused_with(TooMany(self.retry_after), call)
        return self.struck(outcome, f"status 429, retry after {self.retry_after:g} s")
