"""Tools that the agent is kept from calling: the model asks for them, a result is made up, nothing is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import msgspec

from agentprobe.dialects import Dialect, Edits, HiddenCall, HiddenRounds, Round, dialect_named
from agentprobe.dialects._compression import plain_reply
from agentprobe.domain.call import SHADOW, Call, Effect, Kind, Outcome
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall, ToolResult
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.errors import Malformed, ServerError
from agentprobe.kernel.place import Place
from agentprobe.splice.beside import arguments_of, edited, good_reply, led, messages_in

if TYPE_CHECKING:
    from agentprobe.kernel.room import Interceptor, Passage

SUPPRESSED = "shadow:suppressed"
"""The mark of a tool call that was not carried out, and of a model's answer from which one was taken."""
EXHAUSTED = "shadow:exhausted"
"""The mark of an answer that was let go because the model would not stop asking for suppressed tools."""
ROUNDS = 16
"""How often in a row the model may ask for nothing but suppressed tools."""
DONE = "The call succeeded."
"""What a suppressed tool gives when nobody says otherwise."""
_UNREAD = "agentprobe: while tools are suppressed, an answer that nobody can read is kept back: {error}"
Decide = Callable[[ToolCall], str | ToolResult | None]
"""The result that is made up for a call; None for one that the agent may carry out."""


def by_name(results: Mapping[str, str]) -> Decide:
    """Suppress the tools of these names."""
    return lambda call: results.get(call.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """An answer of the model, and what of it the agent must not see."""

    reply: HttpReply
    answer: ModelAnswer
    hidden: Mapping[str, ToolResult]
    """By the id of the call."""
    left: tuple[ToolCall, ...]

    @property
    def sound(self) -> bool:
        """Is it whole, so that its calls mean what they say?"""
        cut = self.answer.finish is Finish.LENGTH
        return self.answer.complete and self.answer.error is None and not cut


class Suppression:
    """Keeps tools from being called, with no change to the agent.

    Every answer is held. Calls that `decide` gives a result for are taken out; where others remain, the
    agent gets only those, and the hidden ones are put back with their results into every later request.
    Where none remains, the model is asked again at once, and the agent never sees that turn.
    """

    place: ClassVar[Place] = Place.SHADOW

    def __init__(
        self, decide: Decide, *, recorders: Sequence[Interceptor] = (), rounds: int = ROUNDS
    ) -> None:
        self._decide = decide
        self._recorders = tuple(recorders)
        self._limit = rounds
        self._calls: list[HiddenCall] = []
        self._turns: list[HiddenRounds] = []

    def intercept(self, call: Call) -> Passage:
        if call.kind is Kind.TOOL:
            return (yield from self._tool(call))
        if not call.dialect or not isinstance(call.request, HttpRequest):
            return (yield call)
        return (yield from self._model(call, dialect_named(call.dialect)))

    def _tool(self, call: Call) -> Passage:
        """A tool that is called in this process, however it came to that."""
        arguments = msgspec.json.encode(call.request, enc_hook=repr).decode()
        result = self._result(ToolCall(id=call.ref, name=call.name, arguments=arguments))
        if result is None:
            return (yield call)
        return Outcome(value=arguments_of(result.content), marks=(SUPPRESSED,))

    def _model(self, call: Call, dialect: Dialect) -> Passage:
        rounds: tuple[Round, ...] = ()
        while True:
            asked = self._asked(call, dialect, rounds)
            outcome = yield asked
            try:
                heard = self._heard(outcome, dialect)
            except Malformed as error:
                return Outcome(
                    error=outcome.error or ServerError(502, _UNREAD.format(error=error)), marks=outcome.marks
                )
            if heard is None:
                return outcome.marked(SUPPRESSED) if rounds else outcome
            again = heard.hidden and heard.sound and not heard.left
            told = self._round(heard, dialect) if again and len(rounds) < self._limit else None
            if told is None:
                return self._released(call, dialect, rounds, heard, outcome)
            rounds = (*rounds, told)
            self._record(call, heard)

    def _asked(self, call: Call, dialect: Dialect, rounds: tuple[Round, ...]) -> Call:
        """What the provider is asked: all that has happened, also what the agent does not know."""
        edits = Edits(calls=tuple(self._calls), turns=tuple(self._turns), more=rounds)
        told = edited(call, dialect, edits)
        return replace(told, held=True, purpose=SHADOW) if rounds else told.hold()

    def _heard(self, outcome: Outcome, dialect: Dialect) -> _Heard | None:
        reply = good_reply(outcome)
        if reply is None:
            return None
        plain_reply(reply)
        answer = dialect.read_answer(reply)
        decided = [(wish, self._result(wish)) for wish in answer.tool_calls]
        return _Heard(
            reply=reply,
            answer=answer,
            hidden={wish.id: result for wish, result in decided if result is not None},
            left=tuple(wish for wish, result in decided if result is None),
        )

    def _result(self, wish: ToolCall) -> ToolResult | None:
        result = self._decide(wish)
        if result is None:
            return None
        if isinstance(result, str):
            return ToolResult(call_id=wish.id, content=result)
        return replace(result, call_id=wish.id)

    def _round(self, heard: _Heard, dialect: Dialect) -> Round | None:
        """The turn that the agent will not see; None when it cannot be told again."""
        try:
            said = dialect.said(heard.reply)
        except Malformed:
            return None
        return Round(said=said, results=tuple(heard.hidden[wish.id] for wish in heard.answer.tool_calls))

    def _released(
        self, call: Call, dialect: Dialect, rounds: tuple[Round, ...], heard: _Heard, outcome: Outcome
    ) -> Outcome:
        """What the agent gets, and what must be remembered of what it does not get."""
        left = dialect.without(heard.reply, lambda wish: self._goes(wish, heard))
        if heard.hidden and heard.sound:
            self._record(call, heard)
            self._remember_calls(heard, dialect)
        if rounds:
            self._remember_turns(call, dialect, rounds, heard)
        if left is heard.reply:
            return outcome.marked(SUPPRESSED) if rounds else outcome
        released = replace(outcome, value=left).marked(SUPPRESSED)
        spent = heard.sound and not heard.left and len(rounds) >= self._limit
        return released.marked(EXHAUSTED) if spent else released

    def _goes(self, wish: ToolCall, heard: _Heard) -> bool:
        """Is the call hidden? Those of further choices are decided here."""
        if wish.id and any(wish.id == known.id for known in heard.answer.tool_calls):
            return wish.id in heard.hidden
        return self._result(wish) is not None

    def _remember_calls(self, heard: _Heard, dialect: Dialect) -> None:
        try:
            said = dialect.said(heard.reply)
        except Malformed:
            return
        turn = tuple(wish.id for wish in heard.answer.tool_calls)
        self._calls += [
            HiddenCall(said=told, result=heard.hidden[wish.id], turn=turn)
            for wish, told in zip(heard.answer.tool_calls, said.calls, strict=False)
            if wish.id in heard.hidden and heard.left
        ]

    def _remember_turns(self, call: Call, dialect: Dialect, rounds: tuple[Round, ...], heard: _Heard) -> None:
        answer = heard.answer
        before = frozenset(wish.id for wish in heard.left)
        nth = 1 + _times_said(answer.text, call, dialect)
        if before or answer.text:
            self._turns.append(HiddenRounds(rounds=rounds, calls=before, text=answer.text, nth=nth))

    def _record(self, call: Call, heard: _Heard) -> None:
        """Leave the calls that were not carried out in the trace."""
        for wish in heard.answer.tool_calls:
            result = heard.hidden.get(wish.id)
            if result is not None:
                made = Call(
                    kind=Kind.TOOL,
                    name=wish.name,
                    request=arguments_of(wish.arguments),
                    effect=Effect.WRITE,
                    path=call.path,
                    purpose=SHADOW,
                    ref=wish.id,
                ).numbered(f"shadow:{wish.id}", 0)
                led(made, self._recorders, Outcome(value=result.content, marks=(SUPPRESSED,)))


def _times_said(text: str, call: Call, dialect: Dialect) -> int:
    told = messages_in(call, dialect)
    return sum(message.role == "assistant" and message.text == text for message in told)
