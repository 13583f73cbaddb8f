"""The fault protocol_error: a tool server answers with an error of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self, get_args

from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import Rejected
from agentprobe.kernel.room import Passage

Code = Literal[-32603, -32602, -32601, -32001, -32000]
_SAID: dict[int, str] = {
    -32603: "Internal error",
    -32602: "Invalid params",
    -32601: "Method not found",
    -32001: "Request timed out",
    -32000: "Connection closed",
}


@dataclass(frozen=True, kw_only=True)
class ProtocolError(Fault):
    """A tool server answers with an error of the protocol.

    What happens: the response holds a JSON-RPC error in the place of a result: internal error, invalid
    parameters, unknown method, a request that timed out or a connection that closed (`code`). The server is
    not asked. Calls that go to no tool server stay as they are.
    Seen in the wild: proxies in front of servers, a server behind another release, a worker that died.
    Clients raise an exception for it where a tool that failed is only a result: some agents end there, some
    wait for ever, some take the exception for the tool's answer.
    A sound agent: catches it like any failure of a tool, tells the model so, and does not repeat a write of
    which nobody knows whether it was done.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL, Kind.STATE)
    remedy: ClassVar[str] = (
        "Catch the protocol's errors around every call of a tool server, and tell the model that it failed."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ERROR_HANDLING, Mend.IDEMPOTENCY_KEY)
    needs: ClassVar[tuple[Need, ...]] = (Need.SERVER,)

    code: Code = -32603
    """The error's number."""
    message: str = ""
    """What the error says; empty for the usual words."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return tuple(cls(code=code) for code in get_args(Code))

    def intercept(self, call: Call) -> Passage:
        if not call.via:
            return (yield call)
        error = Rejected(self.message or _SAID[self.code], self.code)
        return self.struck(Outcome(error=error), f"error {self.code}: {error}")
