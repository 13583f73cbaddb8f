"""Model requests as calls of the corridor, and the pace of a model that answers in this process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import closing

import msgspec

from agentprobe.basis.clock import Clock
from agentprobe.dialects import Dialect
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import Chunk, HttpRequest, Piece
from agentprobe.errors import Malformed, TimedOut


class _Named(msgspec.Struct):
    model: str = ""


_decoder = msgspec.json.Decoder(_Named)


def model_call(request: HttpRequest, dialect: Dialect, path: str = "") -> Call:
    """The call that a request in this dialect is; its name is the model's, empty when nothing says it."""
    name = dialect.model_in(request.target) or _model_in_body(request)
    return Call(kind=Kind.MODEL, name=name, request=request, dialect=dialect.name, path=path)


def _model_in_body(request: HttpRequest) -> str:
    try:
        return _decoder.decode(plain_request(request)).model
    except (msgspec.MsgspecError, Malformed):
        return ""


class _Pace:
    """When a piece may pass: not before its time, and never past the caller's patience."""

    def __init__(self, clock: Clock, patience: float | None) -> None:
        self._clock = clock
        self._patience = patience
        self._began = clock.now()

    def seconds_until(self, piece: Piece) -> float:
        due = self._began + piece.seconds if isinstance(piece, Chunk) else self._began
        return max(due - self._clock.now(), 0.0)

    def bear(self, seconds: float) -> float:
        return seconds if self._patience is None else min(seconds, self._patience)

    def stamp(self, piece: Piece, waited: float) -> Piece:
        if self._patience is not None and waited > self._patience:
            raise TimedOut(self._patience)
        if isinstance(piece, Chunk):
            return Chunk(piece.data, self._clock.now() - self._began, piece.pause)
        return piece


def paced(
    pieces: Generator[Piece, None, None], clock: Clock, patience: float | None
) -> Generator[Piece, None, None]:
    """Let an answer's pieces come when their `seconds` say, by `clock`.

    Raises TimedOut where the next one would come later than a caller with this patience waits.
    """
    pace = _Pace(clock, patience)
    with closing(pieces):
        for piece in pieces:
            wait = pace.seconds_until(piece)
            if wait:
                clock.sleep(pace.bear(wait))
            yield pace.stamp(piece, wait)


async def paced_async(
    pieces: Generator[Piece, None, None], clock: Clock, patience: float | None
) -> AsyncGenerator[Piece, None]:
    """The same for an asynchronous caller; other tasks get their turn at least once."""
    pace = _Pace(clock, patience)
    await clock.pause(0)
    with closing(pieces):
        for piece in pieces:
            wait = pace.seconds_until(piece)
            if wait:
                await clock.pause(pace.bear(wait))
            yield pace.stamp(piece, wait)
