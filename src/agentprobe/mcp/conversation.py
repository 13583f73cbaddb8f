"""What client and server say to each other, each request of either led through the corridor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from agentprobe.domain.call import LEFT, TOOLS_CHANGED, Call, Outcome
from agentprobe.errors import Restarted, WorldFailure
from agentprobe.kernel.session import Session
from agentprobe.mcp.messages import Message, notification
from agentprobe.mcp.results import answer_of, outcome_of
from agentprobe.mcp.server import Server

Ask = Callable[[bytes], Awaitable[Message]]
"""Sends a request to the other side and waits for its response; raises WorldFailure when none comes."""


Restart = Callable[[], Awaitable[None]]
"""Has the other side end and come back."""
LIST_CHANGED = notification("notifications/tools/list_changed")


class Answered(NamedTuple):
    """The response that an asker gets."""

    raw: bytes
    changed: bool = False
    """Does the server say behind it that its tools have changed?"""


async def _nothing() -> None:
    """Nobody is there to be started again."""


class Opened(Protocol):
    """An open session, as far as it is needed here."""

    @property
    def session(self) -> Session: ...

    def broken(self, error: Exception) -> BaseException:
        """The stop that a fault of the house itself becomes."""
        ...


class Conversation:
    """Leads what one server and its client say to each other through a session's corridor.

    A response that no room has changed goes on as the very bytes that came.
    """

    def __init__(self, opened: Opened, server: Server) -> None:
        self.defects: list[Exception] = []
        """What went wrong in our own rooms."""
        self._opened = opened
        self._server = server

    async def asked(
        self,
        request: Message,
        ask: Ask,
        *,
        purpose: str = "",
        left: Callable[[], bool] = lambda: False,
        restart: Restart = _nothing,
    ) -> Answered:
        """The response that the asker gets; `left` says whether it has cancelled the request meanwhile.

        Raises the WorldFailure of `ask` where the other side is gone and so there is no response, and
        Restarted once `restart` has had it end and come back.
        """
        call = self._server.call(request, purpose=purpose)
        came: list[tuple[Outcome, Message]] = []
        lost: list[WorldFailure] = []

        async def world(asked: Call) -> Outcome:
            same = asked.request is call.request
            try:
                sent = self._server.asked_as(request)
                response = await ask(sent.raw if same else sent.asking(asked.request))
                response = self._server.answered_to(request, response)
            except WorldFailure as failure:
                lost.append(failure)
                raise
            outcome = outcome_of(call, response.answer)
            came.append((Outcome(value=outcome.value, marks=(LEFT,)) if left() else outcome, response))
            return came[-1][0]

        outcome = await self._walked(call, world)
        if lost and outcome.error is lost[-1]:
            raise lost[-1]
        if isinstance(outcome.error, Restarted):
            await restart()
            raise outcome.error
        changed = TOOLS_CHANGED in outcome.marks and not request.stateless
        for seen, response in came:
            if seen.value is outcome.value and seen.error is outcome.error:
                self._server.learn(request.method, response.answer, response.answer)
                return Answered(response.raw, changed)
        answer = answer_of(call, outcome, stateless=request.stateless)
        self._server.learn(request.method, answer, came[-1][1].answer if came else None)
        return Answered(request.answered(answer), changed)

    def told(self, notification: Message, pass_on: Callable[[], None], *, purpose: str = "") -> None:
        """Record a notification and pass it on."""
        call = self._server.call(notification, purpose=purpose)
        try:
            self._opened.session.boundary.call(call, lambda _: pass_on())
        except WorldFailure:  # a fault has taken it: it is lost on the way
            return
        except Exception as defect:  # noqa: BLE001 - a defect of a room is said aloud, and stops the session
            self._broken(defect)

    async def _walked(self, call: Call, world: Callable[[Call], Awaitable[Outcome]]) -> Outcome:
        try:
            return await self._opened.session.boundary.call_async(call, world)
        except Exception as defect:  # noqa: BLE001 - the same
            self._broken(defect)
            return Outcome(error=defect)

    def _broken(self, defect: Exception) -> None:
        self.defects.append(defect)
        self._opened.broken(defect)
