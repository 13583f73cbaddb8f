"""The fault cut_mid_argument: a stream ends in the middle of a tool call's arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos._arguments import with_call
from agentprobe.chaos.family import Family, Need
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class CutMidArgument(ChangedAnswer):
    """A stream ends in the middle of a tool call's arguments.

    What happens: the arguments of a streamed answer's last tool call stop after `keep` of their characters;
    then the connection closes as if that were all, without a reason to stop. Where arguments come in one
    piece (Gemini, Ollama), and in an answer that is not streamed, nothing changes.
    Seen in the wild: proxies with a time limit, servers that die behind them. An SDK that reads the beginning
    of JSON as JSON makes a valid call of it with a parameter gone, and frameworks run it with the default.
    A sound agent: runs no tool from an answer that does not say why it stopped.
    """

    family: ClassVar[Family] = Family.STREAM
    remedy: ClassVar[str] = "Run a tool only from an answer whose reason to stop and end were seen."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.TERMINAL_EVENT, Mend.SCHEMA_CHECK)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.STREAM, Need.TOOL_CALL)

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.7
    """The part of the arguments that still comes."""

    def change(self, heard: Heard) -> Change | None:
        calls = heard.answer.tool_calls
        if not heard.is_streamed or not heard.dialect.breaks_off(heard.request):
            return None
        if not calls or len(calls[-1].arguments) < 2:
            return None
        text = calls[-1].arguments
        kept = text[: min(max(int(len(text) * self.keep), 1), len(text) - 1)]
        cut = with_call(heard.answer, len(calls) - 1, replace(calls[-1], arguments=kept))
        ended = replace(cut, finish=None, finish_raw=None, complete=False)
        return Change(ended, f"the stream ended in arguments of {calls[-1].name}, after {kept[-20:]!r}")
