"""The fault error_in_stream: the provider fails while it is answering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from msgspec import Meta

from agentprobe.chaos._frames import ChangedFrames, Disturbed, Streamed, nearest, object_in
from agentprobe.dialects import Dialect
from agentprobe.dialects._fields import BROKEN, decoded
from agentprobe.dialects._writing import to_json
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelAnswer, ModelError, ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.errors import RateLimited, ServerError, WorldFailure

_ASKED = ModelRequest(model="", stream=True)
_NUMBER = "sequence_number"


@dataclass(frozen=True, kw_only=True)
class ErrorInStream(ChangedFrames):
    """The provider fails while it is answering.

    What happens: a stream that began with status 200 holds, after a part of its frames, the provider's own
    error event, and ends there. An answer that is not streamed stays as it is.
    Seen in the wild: overload in the middle of long answers, at every provider. Anthropic's SDK raises an
    error with status 200, which no handler of overload catches; nothing is asked again.
    A sound agent: throws away what has come, knows the error by what it says and not by its class, and asks
    again as after a status of 500 or above.
    """

    remedy: ClassVar[str] = (
        "Handle errors raised while a stream is read as those raised before it, by their type."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.ERROR_HANDLING)
    telling: ClassVar[bool] = True

    kind: Literal["overloaded", "server_error", "rate_limited"] = "overloaded"
    """What the error says."""
    part: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """How far the answer has come: 0 for its first frame with content, 1 for its last."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(kind="server_error"), cls(kind="rate_limited"))

    def disturb(self, stream: Streamed) -> Disturbed | None:
        at = nearest(stream.spoken, self.part)
        if at is None:
            return None
        error = _error(stream.dialect, self.kind)
        came = stream.frames[: at + 1]
        frame = _frame(stream.dialect, error, came)
        return Disturbed([*came, frame], f"after {len(came)} frames an error: {error.message}")


def _error(dialect: Dialect, kind: str) -> ModelError:
    """The error in the provider's words, as it stands where it is told before a stream has begun."""
    if kind == "overloaded":
        reply = dialect.write_refusal(Refusal(reason=Reason.OVERLOADED), _ASKED)
    else:
        failure: WorldFailure = RateLimited(1.0) if kind == "rate_limited" else ServerError(500)
        reply = dialect.write_failure(failure)
    error = dialect.read_answer(reply).error if reply is not None else None
    return error or ModelError(type="error", message="an error without a word")


def _frame(dialect: Dialect, error: ModelError, came: list[bytes]) -> bytes:
    """The event that says the error, as it follows these frames."""
    frame = dialect.frames(dialect.write_answer(ModelAnswer(error=error), _ASKED))[-1]
    start, end = object_in(frame) or (0, len(frame))
    told = frame[start:end]
    numbers = [number for one in came if (number := _told_in(one).get(_NUMBER)) is not None]
    if numbers:
        told = to_json({**_told_in(frame), _NUMBER: numbers[-1] + 1})
    if came[-1].startswith(b",") or came[0].startswith(b"["):  # the next element of a JSON array
        return b",\r\n" + told
    return frame[:start] + told + frame[end:]


def _told_in(frame: bytes) -> dict[str, Any]:
    place = object_in(frame)
    try:
        told = decoded(frame[place[0] : place[1]]) if place is not None else {}
    except BROKEN:
        return {}
    return told if isinstance(told, dict) else {}
