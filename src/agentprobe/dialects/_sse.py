"""Server-sent events: frames put together from bytes however they were cut, and bytes made of frames."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate

from agentprobe.domain.wire import Chunk, HttpReply

Frame = tuple[str, bytes | None]
"""An event's name ("" when it has none) and its data; None for a frame that is only comments."""

_BOM = b"\xef\xbb\xbf"
_WHOLE = re.compile(rb"(?s).*?(?>\r\n|\r|\n)(?>\r\n|\r|\n)|.+\Z")


class Frames:
    """Puts frames together from bytes as they come; lines may end in LF, CRLF or CR."""

    __slots__ = ("_after_cr", "rest")

    def __init__(self) -> None:
        self.rest = b""
        """What has come of a frame that is not yet whole."""
        self._after_cr = False

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete, in order."""
        if self._after_cr or b"\r" in data:
            data = self._plain_lines(data)
        if b"\n" not in data:
            self.rest += data
            return []
        *blocks, self.rest = (self.rest + data).split(b"\n\n")
        return [_frame(block) for block in blocks if block.strip(b"\n")]

    def _plain_lines(self, data: bytes) -> bytes:
        if not data:
            return data
        if self._after_cr:
            data = data.removeprefix(b"\n")
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _frame(block: bytes) -> Frame:
    if block.startswith(b"data: ") and b"\n" not in block:
        return "", block[6:]
    event, data = "", None
    for line in block.removeprefix(_BOM).split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"data":
            value = value.removeprefix(b" ")
            data = value if data is None else data + b"\n" + value
        elif field == b"event":
            event = value.removeprefix(b" ").decode("utf-8", "replace")
    return event, data


def written(data: bytes, event: str = "") -> bytes:
    """A frame as it stands on the wire."""
    return b"event: %b\ndata: %b\n\n" % (event.encode(), data) if event else b"data: %b\n\n" % data


def cut(body: bytes) -> list[bytes]:
    """A whole stream cut into its frames, separators included; joined they are the stream."""
    return _WHOLE.findall(body)


def told(frame: bytes) -> Frame:
    """The event that one whole frame tells; no data where it is cut off."""
    found = Frames().feed(frame)
    return found[0] if found else ("", None)


def arrivals(chunks: Iterable[Chunk], frames: Iterable[bytes]) -> list[float]:
    """When each frame was whole, read off the chunks in which the frames came."""
    ends = list(accumulate(len(frame) for frame in frames))
    times: list[float] = []
    came = 0
    for chunk in chunks:
        came += len(chunk.data)
        while len(times) < len(ends) and ends[len(times)] <= came:
            times.append(chunk.seconds)
    return times


def in_frames(reply: HttpReply, frames: list[bytes], times: list[float]) -> HttpReply:
    """The reply made of these frames, one chunk each; the nth comes at the nth time, the rest at the last."""
    last = times[-1] if times else 0.0
    padded = [*times[: len(frames)], *[last] * (len(frames) - len(times))]
    return reply.with_chunks(Chunk(data, at) for data, at in zip(frames, padded, strict=True))
