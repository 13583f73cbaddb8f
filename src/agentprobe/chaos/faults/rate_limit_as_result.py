"""The fault rate_limit_as_result: a tool says as data that it was asked too often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from msgspec import Meta

from agentprobe.chaos._results import made_for
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class RateLimitAsResult(Fault):
    """A tool says as data that it was asked too often.

    What happens: the tool does not do its work; its successful result says status 429 and to come back after
    `retry_after` seconds, as a text or as a record.
    Seen in the wild: wrappers around web APIs that hand the body on whatever its status. No layer retries,
    since none saw an error; the model repeats at once, many times, or answers without the facts.
    A sound agent: waits as long as it was told or says what is missing, and does not ask in a tight loop.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = "Turn a 429 inside a result into an error that the retry policy sees."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ERROR_HANDLING, Mend.RETRY_POLICY, Mend.BUDGET)

    form: Literal["text", "record"] = "text"
    """As what it is said."""
    retry_after: Annotated[int, Meta(ge=0, le=86400)] = 30
    """After how many seconds to come back."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return cls(), cls(form="record")

    def intercept(self, call: Call) -> Passage:
        yield from ()
        return self.answered(made_for(call, self._said), Outcome(), "said as its result: 429")

    @property
    def _said(self) -> Any:
        if self.form == "text":
            return f"429 Too Many Requests: retry later, in {self.retry_after} seconds"
        return {"status": 429, "error": "Too Many Requests", "retry_after": self.retry_after}
