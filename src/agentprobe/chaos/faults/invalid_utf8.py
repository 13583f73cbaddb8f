"""The fault invalid_utf8: the answer holds bytes that are no text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from agentprobe.chaos._replies import good_reply, spoken_in
from agentprobe.chaos._wire import plain
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ReasoningDelta, RefusalDelta, TextDelta, ToolArguments
from agentprobe.domain.wire import HttpReply
from agentprobe.kernel.room import Passage

_HALF = b"\xe2\x82"
"""The first two of a character's three bytes."""
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, kw_only=True)
class InvalidUtf8(Fault):
    """The answer holds bytes that are no text.

    What happens: half of a character stands in the answer, in front of a word of its text or, where there is
    none, of a tool call's arguments. All else comes as it is. An answer without a word stays as it is.
    Seen in the wild: servers that cut texts at a number of bytes, models whose tokens are parts of
    characters, proxies that convert. Clients raise an error from below the SDK's own hierarchy, or put a sign
    of replacement there and say nothing.
    A sound agent: takes it for a broken answer and asks again; it does not die of a `UnicodeDecodeError`, and
    gives no replaced text to a tool.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Catch decoding errors around a model call, and ask again."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ERROR_HANDLING, Mend.RETRY_POLICY)

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        reply, dialect = good_reply(outcome), spoken_in(call)
        broken = _broken(reply, dialect) if reply and dialect else None
        if broken is None:
            return outcome
        return self.answered(broken, outcome, "half of a character stands in the answer")


def _broken(reply: HttpReply, dialect: Dialect) -> HttpReply | None:
    unpacked = plain(reply)
    if unpacked is None:
        return None
    for word in _words(unpacked, dialect):
        for number, chunk in enumerate(unpacked.chunks):
            at = chunk.data.rfind(word)
            if at >= 0:
                data = chunk.data[:at] + _HALF + chunk.data[at:]
                chunks = list(unpacked.chunks)
                chunks[number] = replace(chunk, data=data)
                return unpacked.with_chunks(chunks)
    return None


def _words(reply: HttpReply, dialect: Dialect) -> Iterator[bytes]:
    """Words of the answer, longest first, as they can be found in its bytes."""
    if dialect.streams(reply):
        reader = dialect.reader()
        events = [event for frame in dialect.frames(reply) for event in reader.feed(frame)]
        kinds = (TextDelta, ReasoningDelta, RefusalDelta, ToolArguments)
        texts = [event.text for event in events if isinstance(event, kinds)]
    else:
        answer = dialect.read_answer(reply)
        texts = [answer.text or answer.refusal or "", *(call.arguments for call in answer.tool_calls)]
    for text in texts:
        yield from (word.encode() for word in sorted(_WORD.findall(text), key=len, reverse=True))
