"""The fault history_summarised: earlier turns are replaced by a summary that loses what matters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._asked import Asked, told_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._conversation import Block, Conversation
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage

_WORDS = 16
_LIMIT = re.compile(
    r"(?i)\b(?:but|only|never|not|no|must|unless|without|except|until|before|after|if|at (?:most|least)|"
    r"less|more|maximum|minimum|limit|under|over|up to|between|don't|doesn't|cannot|can't)\b"
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_BEGIN = "The earlier part of this conversation was condensed to save space. What happened so far:"


@dataclass(frozen=True, kw_only=True)
class HistorySummarised(Fault):
    """Earlier turns are replaced by a summary that loses what matters.

    What happens: all but the newest exchanges stand in the conversation as one message of the user, a short
    and friendly account of what was said and which tools were called. It has no figures, no ids and no
    conditions ("only", "at most", "unless"). The system prompt stays. A call and its results go together.
    Seen in the wild: coding agents and assistants that compact when the context fills up, memories that are
    summaries of summaries. What the user had forbidden was not in the summary, and was done.
    A sound agent: keeps figures, ids and limits word for word outside of what may be summarised, and looks
    again before it writes.
    """

    family: ClassVar[Family] = Family.CONTEXT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Carry figures, ids and limits past every compaction word for word, and check them."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CONTEXT_LIMIT, Mend.CHECKPOINT, Mend.VERIFICATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.HISTORY,)

    keep: Annotated[int, Meta(ge=1, le=1000)] = 1
    """How many of the newest exchanges stay (a message, or tool calls with their results)."""

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, self._condensed))

    def _condensed(self, told: Conversation) -> Asked | None:
        earlier = told.blocks[: -self.keep]
        if len(earlier) < 2 or earlier[0][0].role == "tool":
            return None
        gone = [turn for block in earlier for turn in block]
        summary = told.say("user", "\n".join([_BEGIN, *_accounts(told, earlier)]))
        order = [summary if turn == gone[0] else turn for turn in told.turns if turn not in gone[1:]]
        return Asked(told.with_turns(order), f"{len(gone)} turns became a summary without figures")


def _accounts(told: Conversation, blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        first = block[0]
        if gist := _gist(told.says(first)):
            yield f"- The {first.role} said: {gist}"
        if first.calls:
            yield f"- Tools were used: {', '.join(dict.fromkeys(one.call.name for one in first.calls))}."


def _gist(text: str) -> str:
    """The beginning of the first sentence that says something without its figures and conditions."""
    for sentence in _SENTENCE.split(text):
        words = [word for word in _LIMIT.split(sentence)[0].split() if word.isalpha() or word[:-1].isalpha()]
        if len(words) > 1:
            return " ".join(words[:_WORDS]).rstrip(".,:;!?") + "."
    return ""
