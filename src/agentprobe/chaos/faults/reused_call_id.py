"""The fault reused_call_id: a tool call has the id of an earlier one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos._arguments import with_call
from agentprobe.chaos.family import Family, Need
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class ReusedCallId(ChangedAnswer):
    """A tool call has the id of an earlier one.

    What happens: the answer's last tool call comes under the id of a call from an earlier turn of the same
    conversation, the newest that the request tells of. All else stays. Where calls have no ids on the wire
    (Ollama, some of Gemini's), nothing changes.
    Seen in the wild: servers that number their calls from zero in each answer, ids made of the tool's name.
    Whoever keeps results by id gives the old result again or takes the new call for one that was made.
    A sound agent: knows calls by their turn and their id together, and runs the new call.
    """

    family: ClassVar[Family] = Family.DELIVERY
    remedy: ClassVar[str] = "Key tool calls and results by turn and id, not by the id alone."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CORRELATION,)
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOL_CALL, Need.HISTORY)

    def change(self, heard: Heard) -> Change | None:
        calls = heard.answer.tool_calls
        earlier = [call.id for message in heard.request.messages for call in message.tool_calls]
        known = [one for one in earlier if one and one.encode() in heard.asked]
        if not calls or not known or calls[-1].id == known[-1]:
            return None
        changed = with_call(heard.answer, len(calls) - 1, replace(calls[-1], id=known[-1]))
        return Change(changed, f"{calls[-1].name} has the id of an earlier call: {known[-1]}")
