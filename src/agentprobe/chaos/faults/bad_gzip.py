"""The fault bad_gzip: the head says gzip, and the bytes are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._replies import good_reply
from agentprobe.chaos._wire import headed, plain
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class BadGzip(Fault):
    """The head says gzip, and the bytes are none.

    What happens: the whole answer comes, not compressed, under a head that says `content-encoding: gzip`.
    Seen in the wild: proxies that unpack and forget the header, middleware that compresses twice and once
    not at all. The answer is there and cannot be read; of a stream one SDK raises an error from below its
    own hierarchy.
    A sound agent: takes it for a failure of the wire and asks again; it does not die of an error that it
    had not expected.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Catch the HTTP library's own errors beside the SDK's, around streams as well."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ERROR_HANDLING, Mend.RETRY_POLICY)

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        reply = good_reply(outcome)
        unpacked = plain(reply) if reply else None
        if unpacked is None:
            return outcome
        return self.answered(
            headed(unpacked, "content-encoding", "gzip"), outcome, "no gzip, though it says so"
        )
