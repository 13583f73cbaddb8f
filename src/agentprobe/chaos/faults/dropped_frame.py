"""The fault dropped_frame: one frame of a stream does not come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._frames import ChangedFrames, Disturbed, Streamed, nearest
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class DroppedFrame(ChangedFrames):
    """One frame of a stream does not come.

    What happens: one frame with content of a streamed answer is missing; all others come, and the end. An
    answer that is not streamed stays as it is.
    Seen in the wild: buffers that run over, gateways that parse and write anew and skip what they do not
    know. The SDKs notice nothing: a word is missing, a figure has lost digits, arguments are no JSON.
    A sound agent: checks arguments before it runs a tool, and reads figures from results and not from text.
    """

    remedy: ClassVar[str] = (
        "Check arguments against the schema, and take figures from results, not from text."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION)

    part: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """Where it happens: 0 for the first frame with content, 1 for the last."""

    def disturb(self, stream: Streamed) -> Disturbed | None:
        at = nearest(stream.spoken, self.part)
        if at is None:
            return None
        frames = [*stream.frames[:at], *stream.frames[at + 1 :]]
        return Disturbed(frames, f"frame {at + 1} of {len(stream.frames)} did not come")
