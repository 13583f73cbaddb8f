"""The fault job_never_done: a job that was begun does not come to its end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from agentprobe.chaos._records import Record, Role, first_of, things_changed, words_in, words_of
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend

_DONE = words_in("done complete completed finished succeeded successful success ready ok")
_DONE_IN_TEXT = re.compile(r"\b(?:completed?|finished|succeeded|done|ready)\b", re.IGNORECASE)
_OF_THE_END = words_in("result results output outputs url download finished completed ended done ready")
_PROGRESS = words_in("progress percent percentage")


@dataclass(frozen=True, kw_only=True)
class JobNeverDone(Reshaping):
    """A job that was begun does not come to its end.

    What happens: where the result says that something is done, it says `says` instead, as often as it is
    asked; what it was to bring, and when it ended, is null, and its progress 0. A result that says no such
    thing stays as it is.
    Seen in the wild: workers that died with the job in hand, queues that nobody drains, a poll of the wrong
    id. Agents poll until the budget is gone.
    A sound agent: polls with growing pauses and an end, says what is still open, and makes up no outcome.
    """

    family: ClassVar[Family] = Family.TOOL
    remedy: ClassVar[str] = "Bound every poll by tries and time, and report a job as open when it is."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.BUDGET, Mend.DEADLINE, Mend.ESCALATION)
    lasting: ClassVar[bool] = True

    says: Literal["pending", "queued", "processing", "in_progress"] = "pending"
    """In what state the job stays."""

    @property
    def did(self) -> str:
        return f"the job stays {self.says}"

    def changed(self, value: Any) -> Any:
        if isinstance(value, str):
            open_still = _DONE_IN_TEXT.sub(self.says, value)
            return UNCHANGED if open_still == value else open_still
        return things_changed(value, self._open)

    def _open(self, record: Record) -> Any:
        state = first_of(record, Role.STATUS)
        if state is None or record[state].lower() not in _DONE:
            return UNCHANGED
        says = self.says.upper() if record[state].isupper() else self.says
        return {key: says if key == state else _not_yet(key, value) for key, value in record.items()}


def _not_yet(key: object, value: Any) -> Any:
    if words_of(key) & _PROGRESS and isinstance(value, int | float):
        return type(value)(0)
    if words_of(key) & _OF_THE_END:
        return False if isinstance(value, bool) else None
    return value
