"""The fault server_error: the provider broke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._replies import refused_with
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.errors import ServerError as Broken
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ServerError(Fault):
    """The provider broke.

    What happens: a status of 500 or above (503 and 529 are overload) with the provider's own error body. The
    world is not asked.
    Seen in the wild: every provider, some hours a month. SDKs retry it twice; then it is the agent's turn.
    A sound agent: goes on where it stopped, does not run its tools again, and never shows the error as an
    answer.
    """

    family: ClassVar[Family] = Family.PROVIDER
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Catch the SDK's server errors, keep what is done, and hand over instead of starting again."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.CHECKPOINT)
    telling: ClassVar[bool] = True

    status: Annotated[int, Meta(ge=500, le=599)] = 500
    """What the provider answers with."""

    def intercept(self, call: Call) -> Passage:
        yield from ()
        return self.struck(refused_with(Broken(self.status), call), f"status {self.status}")
