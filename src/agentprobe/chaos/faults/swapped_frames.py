"""The fault swapped_frames: two frames of a stream come in the wrong order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._frames import ChangedFrames, Disturbed, Streamed, nearest
from agentprobe.chaos._replies import CONTENT
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelEvent, ToolArguments, ToolCallBegun


@dataclass(frozen=True, kw_only=True)
class SwappedFrames(ChangedFrames):
    """Two frames of a stream come in the wrong order.

    What happens: two frames of a streamed answer that follow each other and go on with the same thing, a text
    or a tool call's arguments, have changed places. An answer without two such frames stays as it is.
    Seen in the wild: gateways that handle frames in several threads, queues without an order. The SDKs notice
    nothing: words and digits stand in another order, arguments may still be valid.
    A sound agent: checks arguments before it runs a tool, and reads figures from results and not from text.
    """

    remedy: ClassVar[str] = (
        "Check arguments against the schema, and take figures from results, not from text."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION)

    part: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """Where it happens: 0 for the first two frames with content, 1 for the last two."""

    def disturb(self, stream: Streamed) -> Disturbed | None:
        spoken = set(stream.spoken)
        pairs = [at for at in sorted(spoken) if at + 1 in spoken and _go_on(stream, at)]
        at = nearest(pairs, self.part)
        if at is None:
            return None
        frames = [*stream.frames[:at], stream.frames[at + 1], stream.frames[at], *stream.frames[at + 2 :]]
        return Disturbed(frames, f"frames {at + 1} and {at + 2} of {len(frames)} changed places")


def _go_on(stream: Streamed, at: int) -> bool:
    """Do this frame and the next hold fragments of one thing, and other ones?"""
    first, second = _fragment(stream, at), _fragment(stream, at + 1)
    return first is not None and second is not None and _thing(first) == _thing(second) and first != second


def _fragment(stream: Streamed, at: int) -> ModelEvent | None:
    """The one fragment that a frame holds; None for more than one, and for the beginning of a call."""
    said = [event for event in stream.events[at] if isinstance(event, CONTENT)]
    return said[0] if len(said) == 1 and not isinstance(said[0], ToolCallBegun) else None


def _thing(fragment: ModelEvent) -> tuple[type, int]:
    return type(fragment), fragment.index if isinstance(fragment, ToolArguments) else 0
