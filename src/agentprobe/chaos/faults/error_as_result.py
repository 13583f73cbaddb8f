"""The fault error_as_result: a tool fails, and its error comes as its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from agentprobe.chaos._results import made_for
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ErrorAsResult(Fault):
    """A tool fails, and its error comes as its result.

    What happens: the tool does not do its work; what comes is `message` as a successful result, as a text or
    as a record with the key `error`. No exception, no sign of a failure around it.
    Seen in the wild: tools that catch everything and give back the text of it, gateways that answer 200 with
    an error inside. Loops count it as done, and a model that is in a hurry says that it was.
    A sound agent: reads what came, takes an error for an error, and does not report success.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = "Let tools raise, or mark failures in a field that the agent's code checks."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ERROR_HANDLING, Mend.VERIFICATION)
    telling: ClassVar[bool] = True

    form: Literal["text", "record"] = "text"
    """As what the error comes."""
    message: str = "connection to the database timed out"
    """What the error says."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return cls(), cls(form="record")

    def intercept(self, call: Call) -> Passage:
        yield from ()
        said: Any = f"Error: {self.message}" if self.form == "text" else {"error": self.message}
        return self.answered(made_for(call, said), Outcome(), f"gave an error as its result: {self.message}")
