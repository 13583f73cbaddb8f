"""The fault unknown_finish_reason: the model stops for a reason that nobody knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish, ModelAnswer


@dataclass(frozen=True, kw_only=True)
class UnknownFinishReason(ChangedAnswer):
    """The model stops for a reason that nobody knows.

    What happens: the answer is whole, and the reason to stop is `reason`, which is no word of the protocol. A
    reason that the protocol knows changes nothing.
    Seen in the wild: compatible servers with words of their own, reasons that came with a new model. SDKs
    let it pass; frameworks take it for a finished answer, or fail on the value of an enumeration.
    A sound agent: takes a reason that it does not know for an unfinished answer.
    """

    remedy: ClassVar[str] = (
        "Go on only from the reasons to stop that you know, and treat all others as an error."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.ERROR_HANDLING)

    reason: Annotated[str, Meta(min_length=1)] = "eos"
    """The word that comes."""

    def change(self, heard: Heard) -> Change:
        changed = replace(heard.answer, finish=Finish.OTHER, finish_raw=self.reason)
        return Change(changed, f"the reason to stop is {self.reason!r}")

    def shows(self, told: ModelAnswer, before: ModelAnswer) -> bool:
        return told.finish is Finish.OTHER and told.finish_raw == self.reason != before.finish_raw
