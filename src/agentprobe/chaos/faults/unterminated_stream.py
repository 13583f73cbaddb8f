"""The fault unterminated_stream: all of an answer comes, but not the end of its stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._frames import ChangedFrames, Disturbed, Streamed
from agentprobe.chaos._replies import CONTENT
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Ended


@dataclass(frozen=True, kw_only=True)
class UnterminatedStream(ChangedFrames):
    """All of an answer comes, but not the end of its stream.

    What happens: every frame of a streamed answer comes but its terminator (`[DONE]`, `message_stop`), and
    the connection closes as if that were all. Protocols that tell the reason to stop in their last frame
    (OpenAI's responses, Gemini, Ollama) lack that too; one that also holds text stays.
    Seen in the wild: compatible servers that never send it, proxies that close as soon as the model is done.
    The SDKs raise nothing.
    A sound agent: decides by one rule whether such an answer counts, and applies it to tool calls too.
    """

    remedy: ClassVar[str] = "Take a streamed answer for whole only after its terminator, or say why not."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.TERMINAL_EVENT,)
    telling: ClassVar[bool] = True

    def disturb(self, stream: Streamed) -> Disturbed | None:
        for at, events in enumerate(stream.events):
            if any(isinstance(event, Ended) for event in events):
                if at == 0 or any(isinstance(event, CONTENT) for event in events):
                    return None
                return Disturbed(stream.frames[:at], "the terminator did not come")
        return None
