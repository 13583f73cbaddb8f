"""The fault cut_arguments: a tool call is cut by the token limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._replies import good_reply, sent_as, spoken_in
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall
from agentprobe.errors import Malformed
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class CutArguments(Fault):
    """A tool call is cut by the token limit.

    What happens: the arguments of the answer's last tool call end after `keep` of their characters, and the
    model says that it stopped for length. Everything else is a normal, complete answer.
    Seen in the wild: long arguments, small token limits, reasoning that used up the budget. Frameworks that
    repair such JSON call the tool with a part of its arguments and fill in the defaults: money has moved.
    A sound agent: runs no tool from an answer that stopped for length, and asks again with more room.
    """

    family: ClassVar[Family] = Family.STREAM
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Treat a stop for length as an error of every tool call in that answer."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.LENGTH_IS_ERROR, Mend.SCHEMA_CHECK)
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOL_CALL,)

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.6
    """The part of the arguments that still comes."""

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        reply, dialect = good_reply(outcome), spoken_in(call)
        if reply is None or dialect is None:
            return outcome
        answer = dialect.read_answer(reply)
        if answer.error or not answer.tool_calls or not answer.tool_calls[-1].arguments:
            return outcome
        try:
            request = dialect.read_request(plain_request(call.request), call.request.target)
        except Malformed:
            return outcome
        cut = self._cut(answer)
        told = f"arguments of {cut.tool_calls[-1].name} end as {cut.tool_calls[-1].arguments[-20:]!r}"
        return self.answered(sent_as(dialect.write_answer(cut, request), reply), outcome, told)

    def _cut(self, answer: ModelAnswer) -> ModelAnswer:
        *whole, last = answer.tool_calls
        calls = (*whole, self._cut_call(last))
        return replace(answer, tool_calls=calls, finish=Finish.LENGTH, finish_raw=None)

    def _cut_call(self, call: ToolCall) -> ToolCall:
        length = max(int(len(call.arguments) * self.keep), 1)
        return replace(call, arguments=call.arguments[: min(length, len(call.arguments) - 1)])
