"""The fault duplicated_frame: one frame of a stream comes twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._frames import ChangedFrames, Disturbed, Streamed, nearest
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class DuplicatedFrame(ChangedFrames):
    """One frame of a stream comes twice.

    What happens: one frame with content of a streamed answer is sent once more right behind itself. An answer
    that is not streamed stays as it is.
    Seen in the wild: proxies that resume a stream, brokers that deliver at least once. The SDKs notice
    nothing: a word stands twice, a figure has a digit more, arguments are no JSON any more.
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
        frames = [*stream.frames[: at + 1], *stream.frames[at:]]
        return Disturbed(frames, f"frame {at + 1} of {len(stream.frames)} came twice")
