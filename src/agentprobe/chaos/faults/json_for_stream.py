"""The fault json_for_stream: the answer comes in one piece where a stream was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from agentprobe.chaos._answers import hear
from agentprobe.chaos._replies import sent_as
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class JsonForStream(Fault):
    """The answer comes in one piece where a stream was asked for.

    What happens: the whole answer comes as one JSON body, as it would have without streaming, under a content
    type that says so. An answer that is not streamed stays as it is.
    Seen in the wild: gateways that do not know the option, caches that answer from a body they have kept.
    OpenAI's SDK gives out not one chunk and no error; Anthropic's fails on an assertion of its own.
    A sound agent: takes a stream without content and without its end for a failure.
    """

    family: ClassVar[Family] = Family.STREAM
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Take a stream that ends without its terminator for a failure, also an empty one."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.TERMINAL_EVENT, Mend.RETRY_POLICY)
    needs: ClassVar[tuple[Need, ...]] = (Need.STREAM,)

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        heard = hear(call, outcome)
        if heard is None or not heard.is_streamed or not heard.answer.complete:
            return outcome
        written = heard.dialect.write_answer(heard.answer, replace(heard.request, stream=False))
        last = heard.reply.chunks[-1].seconds
        whole = sent_as(written, heard.reply)
        late = whole.with_chunks(replace(chunk, seconds=last) for chunk in whole.chunks)
        return self.answered(late, outcome, "one JSON body came in place of the stream")
