"""Faults that strike tools in the model traffic: what the agent tells the model that a tool gave."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from agentprobe.chaos.injector import Injector
from agentprobe.dialects import Dialect, Edits, dialect_named
from agentprobe.domain.call import TOLD, Call, Kind, Outcome
from agentprobe.domain.model import ToolCall, ToolResult
from agentprobe.domain.wire import HttpRequest
from agentprobe.errors import WorldFailure
from agentprobe.splice.beside import arguments_of, edited, good_reply, led, messages_in
from agentprobe.trace.tools import same_tool

if TYPE_CHECKING:
    from agentprobe.chaos.schedule import Schedule
    from agentprobe.kernel.room import Interceptor, Passage
    from agentprobe.kernel.session import MakeRoom, Session

REWRITTEN = "splice:results"
"""The mark of a model call in whose request results were rewritten."""
Elsewhere = Callable[[str, str], bool]
"""Does another process of the session record the tool of this name, or the very call of this id?"""


def nobody(name: str, ref: str) -> bool:
    """No other process records anything."""
    return False


def injectors(
    schedule: Schedule,
    *,
    before: Sequence[Interceptor] = (),
    behind: Sequence[Interceptor] = (),
    elsewhere: Elsewhere = nobody,
    label: bool = False,
    reads: bool = True,
) -> tuple[MakeRoom, ...]:
    """The rooms that a schedule needs: an injector that reads the model traffic where tools are struck.

    Without `reads` it does not: every tool is known to be seen where it runs.

    `before` and `behind` are the recorders that stand on the two sides of a tool call.
    """
    if not schedule:
        return ()
    if not reads or not any(Kind.TOOL in s.fault.strikes and s.site != "model" for s in schedule.strikes):
        return (lambda session: Injector(schedule, session, label=label),)
    return (lambda session: ResultInjector(schedule, session, before, behind, elsewhere, label=label),)


class ResultInjector(Injector):
    """An injector that also strikes tools which only the model traffic tells of.

    A result that an agent tells for a call that the model asked for becomes a tool call here, once: the
    faults judge it, and what they make of it stands in every request that tells it again. A tool that is
    seen where it runs, in this process or another one of the session, is struck there and never here.
    """

    def __init__(
        self,
        schedule: Schedule,
        session: Session,
        before: Sequence[Interceptor] = (),
        behind: Sequence[Interceptor] = (),
        elsewhere: Elsewhere = nobody,
        *,
        label: bool = False,
    ) -> None:
        super().__init__(schedule, session, label=label)
        self._rooms_of_tools: tuple[Interceptor, ...] = (*before, _Struck(super().intercept), *behind)
        self._elsewhere = elsewhere
        self._judging = threading.Lock()
        self._wished: dict[str, ToolCall] = {}
        """What the model has asked for and no request has told the result of yet."""
        self._rewritten: dict[str, ToolResult] = {}
        self._in_process: set[tuple[str, str, str]] = set()
        """The tools of this process, by name, way in and, where it was known, the call's own id."""
        self._nth: Counter[str] = Counter()

    def intercept(self, call: Call) -> Passage:
        if call.kind is Kind.TOOL:
            self._in_process.add((call.name, call.via, call.ref))
            rooms = self._rooms(call)
            if not rooms and self._known is None:
                return (yield call)
            return (yield from self._led(call, rooms))
        if call.kind is not Kind.MODEL or not call.dialect or not isinstance(call.request, HttpRequest):
            return (yield from super().intercept(call))
        dialect = dialect_named(call.dialect)
        asked = self._told(call, dialect)
        outcome = yield from super().intercept(asked)
        self._hear(outcome, dialect)
        return outcome if asked is call else outcome.marked(REWRITTEN)

    def _hear(self, outcome: Outcome, dialect: Dialect) -> None:
        """Note what the model asks for; an id that comes again belongs to the newer call."""
        reply = good_reply(outcome)
        for wish in dialect.read_answer(reply).tool_calls if reply is not None else ():
            if wish.id:
                self._wished[wish.id] = wish
                self._rewritten.pop(wish.id, None)

    def _told(self, call: Call, dialect: Dialect) -> Call:
        """The call with the results that faults have struck in the place of those that the tools gave."""
        with self._judging:
            if self._wished:
                for wish, result in self._news(call, dialect):
                    self._judge(call, wish, result)
            return edited(call, dialect, Edits(results=dict(self._rewritten)))

    def _news(self, call: Call, dialect: Dialect) -> Iterator[tuple[ToolCall, ToolResult]]:
        """The results that are told for the first time."""
        told = (result for message in messages_in(call, dialect) for result in message.results)
        for result in told:
            wish = self._wished.pop(result.call_id, None)
            if wish is not None and not self._is_seen(wish):
                yield wish, result

    def _is_seen(self, wish: ToolCall) -> bool:
        """Is the tool recorded where it runs?"""
        here = any(ref == wish.id or same_tool(wish.name, name, via) for name, via, ref in self._in_process)
        return here or self._elsewhere(wish.name, wish.id)

    def _judge(self, call: Call, wish: ToolCall, result: ToolResult) -> None:
        self._nth[wish.name] += 1
        made = Call(
            kind=Kind.TOOL,
            name=wish.name,
            request=arguments_of(wish.arguments),
            path=call.path,
            purpose=TOLD,
            ref=wish.id,
        ).numbered(f"told:{wish.id}", self._nth[wish.name])
        outcome = led(made, self._rooms_of_tools, _outcome(result))
        if outcome.marks:
            self._rewritten[wish.id] = _result(wish.id, outcome)


class _Struck:
    """The faults, as the room that they are for calls which come through no corridor of their own."""

    def __init__(self, intercept: Callable[[Call], Passage]) -> None:
        self.place = Injector.place
        self.intercept = intercept


def _outcome(result: ToolResult) -> Outcome:
    """What came of a tool, as the agent tells it; only some protocols say that it failed."""
    if result.is_error:
        return Outcome(error=WorldFailure(result.content))
    return Outcome(value=result.content)


def _result(call_id: str, outcome: Outcome) -> ToolResult:
    """What the model is told of an outcome."""
    if outcome.error is not None:
        return ToolResult(call_id=call_id, content=f"Error: {outcome.error}", is_error=True)
    return ToolResult(call_id=call_id, content=str(outcome.value))
