"""One crossing under way: the next step asked for, and what came of it in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from agentprobe.domain.call import NOTHING, Call, Outcome
from agentprobe.domain.wire import Chunk, HttpReply, Piece
from agentprobe.errors import AgentStopped, RoomError
from agentprobe.kernel.room import Interceptor, Step
from agentprobe.kernel.walk import walk

_REFUSED = 400
"""The lowest status of a reply that is a refusal."""


class Crossing:
    """A walk that a driver leads step by step; as a context manager it is closed at the end.

    `step` is what the rooms ask for next, None once they are done; then `outcome` is theirs. A stop signal
    that a room raises is an outcome too.
    """

    __slots__ = ("_path", "outcome", "step")

    def __init__(self, call: Call, rooms: Sequence[Interceptor]) -> None:
        self._path = walk(call, rooms)
        self.outcome: Outcome = NOTHING
        self.step: Step | None = None

    def __enter__(self) -> Self:
        self._advance(None)
        return self

    def __exit__(self, *_: object) -> None:
        self._path.close()

    def go(self, reply: Outcome) -> None:
        """Hand the rooms what their step brought and learn the next one."""
        self._advance(reply)

    def observe(self, seen: Outcome) -> None:
        """Hand the rooms something the agent has already seen.

        Raises RoomError when a room wants the call repeated after that.
        """
        self._advance(seen)
        if isinstance(self.step, Call):
            raise RoomError("a room asks the world again after a chunk has left; it must yield call.hold()")

    def confirm(self, seen: Outcome) -> None:
        """Check, once the rooms are done, that none changed an answer which the agent had already seen.

        Marks may be added, and the agent may be stopped. Raises RoomError otherwise.
        """
        changed = self.outcome.value is not seen.value or self.outcome.error is not seen.error
        if changed and not isinstance(self.outcome.error, AgentStopped):
            raise RoomError("a room changed an answer after it has left; it must yield call.hold()")

    def _advance(self, reply: Outcome | None) -> None:
        try:
            self.step = next(self._path) if reply is None else self._path.send(reply)
        except StopIteration as end:
            self._finish(end.value)
        except AgentStopped as stop:
            self._finish(Outcome(error=stop))

    def _finish(self, outcome: object) -> None:
        if not isinstance(outcome, Outcome):
            raise RoomError(f"a room returned {type(outcome).__name__}, not an Outcome")
        self.step = None
        self.outcome = outcome


class Arriving:
    """A reply as far as it has come."""

    __slots__ = ("_chunks", "head")

    def __init__(self) -> None:
        self.head: HttpReply | None = None
        self._chunks: list[Chunk] = []

    def take(self, piece: Piece) -> None:
        """Add the next piece: the head first, then chunks."""
        if isinstance(piece, Chunk):
            self._chunks.append(piece)
        else:
            self.head = piece

    def leaves(self, call: Call) -> bool:
        """Does what has come leave at once? A refusal does not where a room wants to have it first."""
        head = self.head
        return head is not None and not (call.held_if_refused and head.status >= _REFUSED)

    def outcome(self, error: BaseException | None = None, marks: tuple[str, ...] = ()) -> Outcome:
        """What has come so far, and why there is no more."""
        value = self.head.with_chunks(self._chunks) if self.head is not None else None
        return Outcome(value=value, error=error, marks=marks)
