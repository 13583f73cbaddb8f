"""A model's whole answer, and the faults that put another one in its place."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from agentprobe.chaos._replies import good_reply, sent_as, spoken_in
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import ModelAnswer, ModelRequest
from agentprobe.domain.wire import HttpReply
from agentprobe.errors import Malformed
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A model's answer with what was asked, and the reply that it came in."""

    dialect: Dialect
    asked: bytes
    """The request's body, without compression."""
    request: ModelRequest
    """It streams where the reply does, whatever it asked for."""
    reply: HttpReply
    answer: ModelAnswer

    @property
    def is_streamed(self) -> bool:
        """Does the answer come frame by frame?"""
        return self.request.stream

    def told_as(self, answer: ModelAnswer) -> HttpReply:
        """The reply in which another answer would have come at the same time from the same server."""
        return sent_as(self.dialect.write_answer(answer, self.request), self.reply)

    def reads(self, reply: HttpReply) -> ModelAnswer:
        """What another reply says."""
        return self.dialect.read_answer(reply)


def hear(call: Call, outcome: Outcome) -> Heard | None:
    """The answer to a model call; None for an error, and for what cannot be read."""
    reply, dialect = good_reply(outcome), spoken_in(call)
    if reply is None or dialect is None:
        return None
    answer = dialect.read_answer(reply)
    if answer.error is not None:
        return None
    try:
        asked = plain_request(call.request)
        request = dialect.read_request(asked, call.request.target)
    except Malformed:
        return None
    request = replace(request, stream=dialect.streams(reply))
    return Heard(dialect=dialect, asked=asked, request=request, reply=reply, answer=answer)


class Change(NamedTuple):
    """Another answer, and in a few words what is other about it."""

    answer: ModelAnswer
    did: str


@dataclass(frozen=True, kw_only=True)
class ChangedAnswer(Fault):
    """A fault of what the model says; how the reply is sent stays as it came.

    The answer is read, changed and written anew by its dialect, so it is always one that the provider could
    have given. Where the protocol has no word for what was changed, the fault does not fire.
    """

    family: ClassVar[Family] = Family.MODEL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        heard = hear(call, outcome)
        change = self.change(heard) if heard is not None else None
        if heard is None or change is None:
            return outcome
        reply = self.written(heard, change.answer)
        if not self.shows(heard.reads(reply), heard.answer):
            return outcome
        return self.answered(reply, outcome, change.did)

    @abstractmethod
    def change(self, heard: Heard) -> Change | None:
        """The answer that is given instead; None where nothing can be changed."""

    def written(self, heard: Heard, answer: ModelAnswer) -> HttpReply:
        """The reply that gives it."""
        return heard.told_as(answer)

    def shows(self, told: ModelAnswer, before: ModelAnswer) -> bool:
        """Does the written reply say what was meant? Protocols differ in what they have words for."""
        return told != before
