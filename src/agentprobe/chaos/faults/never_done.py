"""The fault never_done: the model wishes for one more tool call where it would have ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from agentprobe.basis.canonical import digest
from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos.family import Need
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish, ToolCall


@dataclass(frozen=True, kw_only=True)
class NeverDone(ChangedAnswer):
    """The model wishes for one more tool call where it would have ended.

    What happens: an answer that wishes for no tool becomes one that wishes again for the first call of the
    conversation, with the same arguments under an id of its own. Every further answer does so too.
    Seen in the wild: models that check once more, poll what never changes, or do not see that they are done;
    bills of a night in which one session asked thousands of times.
    A sound agent: counts its rounds, ends at a limit, and says that it did not come to an end.
    """

    remedy: ClassVar[str] = (
        "Give every session a limit of rounds and of money, and say so when it is reached."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.BUDGET, Mend.ESCALATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.RESULTS,)
    lasting: ClassVar[bool] = True

    def change(self, heard: Heard) -> Change | None:
        asked = [call for message in heard.request.messages for call in message.tool_calls]
        if heard.answer.tool_calls or not asked:
            return None
        again = _again(asked[0], len(asked))
        changed = replace(heard.answer, text="", tool_calls=(again,), finish=Finish.TOOL_CALLS)
        return Change(changed, f"{again.name} was wished for once more, in place of an end")


def _again(call: ToolCall, nth: int) -> ToolCall:
    """The same call under an id of the same form that no other has."""
    prefix, mark, rest = call.id.rpartition("_")
    return replace(call, id=f"{prefix}{mark}{digest(f'{call.id}|{nth}')[: max(len(rest), 8)]}")
