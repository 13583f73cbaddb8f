"""The fault silent_no_op: a tool says that it did its work, and did nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._owed import writes_here
from agentprobe.chaos._success import success
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class SilentNoOp(Fault):
    """A tool says that it did its work, and did nothing.

    What happens: a tool that writes is not called. Its answer is a success in the form of its last good one
    in the session, with this call's arguments in it and new ids; at a first call it is `answer`, or a record
    of the arguments that says success. A tool that only reads, and one that only the model traffic tells of
    and that has done its work already, stay as they are.
    Seen in the wild: a dry-run switch that was left on, a queue that nobody reads, an update that matches no
    row and says OK, a write to a replica.
    A sound agent: looks whether what it wrote is there before it says so, and says what it could not see.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = "Read back what was written and report success only from that."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.VERIFICATION,)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.IN_PROCESS,)
    remembers: ClassVar[bool] = True

    answer: str = ""
    """What it says where no earlier answer shows the form; empty for a record of the arguments."""

    def intercept(self, call: Call) -> Passage:
        if not writes_here(call):
            return (yield call)
        made = success(call, self.occasion, self.answer)
        return self.answered(made, Outcome(), "said success and did nothing")
