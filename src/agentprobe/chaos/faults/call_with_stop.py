"""The fault call_with_stop: the model calls a tool and says that it is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos.family import Need
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish, ModelAnswer


@dataclass(frozen=True, kw_only=True)
class CallWithStop(ChangedAnswer):
    """The model calls a tool and says that it is done.

    What happens: the answer with its tool calls is whole, but the reason to stop is that of a finished text
    (`stop`, `end_turn`) and not that of a tool call. Only where the protocol tells the two apart: OpenAI's
    responses, Gemini and Ollama do not.
    Seen in the wild: local servers and routers that parse the calls out of the text, OpenAI itself where a
    tool was forced. Agents that go by the reason never run the tool, and give out the text beside it.
    A sound agent: goes by whether there are calls, not by the reason to stop.
    """

    remedy: ClassVar[str] = "Look for tool calls in the answer itself; take the reason to stop for a hint."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK,)
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOL_CALL,)

    def change(self, heard: Heard) -> Change | None:
        if not heard.answer.tool_calls:
            return None
        stopped = replace(heard.answer, finish=Finish.STOP, finish_raw=None)
        return Change(stopped, "the reason to stop is that of a text")

    def shows(self, told: ModelAnswer, before: ModelAnswer) -> bool:
        return told.finish is Finish.STOP and before.finish is not Finish.STOP
