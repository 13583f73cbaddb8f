"""The fault idle_connection_closed: a connection that was kept open is closed when it is used again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import CutOff
from agentprobe.kernel.room import Passage, Wait


@dataclass(frozen=True, kw_only=True)
class IdleConnectionClosed(Fault):
    """A connection that was kept open is closed when it is used again.

    What happens: the first call goes well and leaves its connection open. The next one that comes no sooner
    than `idle` seconds later is sent on it, and after `seconds` the other side closes it without an answer.
    The attempt after that opens a new connection and goes well, and the one after that finds an idle one
    again. The world is not asked for what is lost.
    Seen in the wild: servers and proxies that close idle connections after some seconds, at the moment at
    which the agent, back from a tool, sends its next request. One client lost a tenth of its calls so.
    A sound agent: sends it again at once, on a new connection; without any retry every second call fails.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    needs: ClassVar[tuple[Need, ...]] = (Need.HISTORY,)
    remedy: ClassVar[str] = (
        "Retry once at once, and keep idle connections for less time than the server does."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY,)

    idle: Annotated[float, Meta(ge=0, le=86400)] = 0.0
    """How many seconds the connection must have rested."""
    seconds: Annotated[float, Meta(ge=0, le=60)] = 0.2
    """How long after the request it is closed."""

    def intercept(self, call: Call) -> Passage:
        if self._takes_idle_one():
            self.occasion.tell("the kept connection was closed")
            yield Wait(self.seconds)
            return self.marked(Outcome(error=CutOff("the kept connection was closed")))
        outcome = yield call
        if outcome.ok:
            with self.occasion.notes.lock:
                self.occasion.notes["rests_since"] = self.occasion.clock.now()
        return outcome

    def _takes_idle_one(self) -> bool:
        """Is there one that has rested long enough? Then it is used up, for this call and all others."""
        notes = self.occasion.notes
        with notes.lock:
            since = notes.get("rests_since")
            if since is None or self.occasion.clock.now() - since < self.idle:
                return False
            del notes["rests_since"]
            return True
