"""The fault malformed_frame: one frame of a stream is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._frames import ChangedFrames, Disturbed, Streamed, nearest, object_in
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class MalformedFrame(ChangedFrames):
    """One frame of a stream is broken.

    What happens: in one frame of a streamed answer the JSON ends in the middle; the frames before and behind
    it come as they are. An answer that is not streamed stays as it is.
    Seen in the wild: proxies that cut lines at the size of their buffers, two streams written into one.
    SDKs raise a JSONDecodeError, which is none of their own errors, after a part was given out.
    A sound agent: catches what is raised while a stream is read, throws away the part, and asks again.
    """

    remedy: ClassVar[str] = (
        "Catch decoding errors around the reading of streams, and ask again from the start."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.TERMINAL_EVENT)

    part: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """Where it happens: 0 for the first frame with content, 1 for the last."""

    def disturb(self, stream: Streamed) -> Disturbed | None:
        at = nearest(stream.spoken, self.part)
        place = object_in(stream.frames[at]) if at is not None else None
        if at is None or place is None:
            return None
        frame, (start, end) = stream.frames[at], place
        broken = frame[: start + (end - start) // 2] + frame[end:]
        frames = [*stream.frames[:at], broken, *stream.frames[at + 1 :]]
        return Disturbed(frames, f"frame {at + 1} of {len(frames)} breaks off")
