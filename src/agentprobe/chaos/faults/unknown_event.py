"""The fault unknown_event: a stream holds an event that nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from msgspec import Meta

from agentprobe.chaos._frames import ChangedFrames, Disturbed, Streamed, nearest
from agentprobe.dialects import _sse
from agentprobe.dialects._writing import to_json
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(ChangedFrames):
    """A stream holds an event that nobody knows.

    What happens: behind a frame of a streamed answer comes one more, of the kind `type`, which is no word of
    the protocol and says nothing; or a `comment`, as servers send them to keep a connection alive, where the
    stream is one of server-sent events. An answer that is not streamed stays as it is.
    Seen in the wild: events that came with a new model, routers that tell of their queue. Some SDKs pass over
    it; OpenAI's gives out a chunk without choices, on which `chunk.choices[0]` fails; Ollama's fails on an
    event, and Google's on a comment.
    A sound agent: passes over what it does not know, and looks whether a chunk has a choice.
    """

    remedy: ClassVar[str] = "Pass over events of unknown kinds, and look for a choice before reading one."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK,)

    form: Literal["event", "comment"] = "event"
    """What comes: an event with data, or a comment."""
    type: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.]+\Z")] = "processing.update"
    """The kind of the event."""
    part: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """Where it comes: 0 for behind the first frame with content, 1 for behind the last."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(form="comment"))

    def disturb(self, stream: Streamed) -> Disturbed | None:
        at = nearest(stream.spoken, self.part)
        more = self._frame(stream.frames[at]) if at is not None else None
        if at is None or more is None:
            return None
        frames = [*stream.frames[: at + 1], more, *stream.frames[at + 1 :]]
        what = "a comment" if self.form == "comment" else f"an event {self.type}"
        return Disturbed(frames, f"{what} came behind frame {at + 1}")

    def _frame(self, beside: bytes) -> bytes | None:
        """One more frame in the form of the one beside it."""
        is_event = beside.startswith((b"data:", b"event:"))
        if self.form == "comment":
            return b": keep-alive\n\n" if is_event else None
        told = to_json({"type": self.type})
        if is_event:
            return _sse.written(told, self.type if beside.startswith(b"event:") else "")
        return b",\r\n" + told if beside.startswith(b",") else told + b"\n"
