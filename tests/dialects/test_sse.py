"""Frames out of bytes, and bytes out of frames."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentprobe.dialects._sse import Frames, cut, written
from agentprobe.dialects.openai_chat import OpenAIChat
from agentprobe.domain.wire import Chunk, HttpReply

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOISY = st.lists(st.sampled_from([b"\r", b"\n", b"data: x", b"event: e", b": c", b"id: 1", b"\xc3", b"\xa9"]))


@pytest.mark.parametrize(
    ("wire", "frames"),
    [
        (b"data: a\n\n", [("", b"a")]),
        (b"data:a\n\n", [("", b"a")]),
        (b"data: a\ndata: b\n\n", [("", b"a\nb")]),
        (b"event: e\ndata: a\n\n", [("e", b"a")]),
        (b"data: a\nevent:e\nid: 7\nretry: 5\n\n", [("e", b"a")]),
        (b": hello\n\ndata: a\n\n", [("", None), ("", b"a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [("", b"a")]),
        (b"data: a\r\n\r\ndata: b\r\r", [("", b"a"), ("", b"b")]),
        (b"\n\n\ndata: a\n\n\n\n", [("", b"a")]),
        (b"data\n\n", [("", b"")]),
        (b"data: unfinished\n", []),
    ],
)
def test_frames_are_read_as_browsers_read_them(wire: bytes, frames: list[tuple[str, bytes | None]]) -> None:
    assert Frames().feed(wire) == frames


@CALM
@given(NOISY.map(b"".join), st.data())
def test_however_bytes_are_cut_the_frames_are_the_same(body: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body)))
    parts = Frames()
    assert parts.feed(body[:at]) + parts.feed(body[at:]) == Frames().feed(body)
    single = Frames()
    assert [f for byte in body for f in single.feed(bytes([byte]))] == Frames().feed(body)


@CALM
@given(NOISY.map(b"".join))
def test_a_cut_body_joined_is_the_body(body: bytes) -> None:
    assert b"".join(cut(body)) == body


def test_a_body_is_cut_behind_each_empty_line() -> None:
    assert cut(b"data: a\r\n\r\ndata: b\n\nrest") == [b"data: a\r\n\r\n", b"data: b\n\n", b"rest"]


@CALM
@given(st.binary().filter(lambda data: b"\n" not in data and b"\r" not in data))
def test_a_written_frame_is_read_back(data: bytes) -> None:
    assert Frames().feed(written(data, "e")) == [("e", data)]


def test_frames_keep_the_times_at_which_they_came() -> None:
    chunks = (Chunk(b"data: a\n\ndat", 0.1), Chunk(b"a: b\n", 0.2), Chunk(b"\ndata: c\n\n", 0.5))
    reply = HttpReply(status=200, chunks=chunks)
    dialect = OpenAIChat()
    frames = dialect.frames(reply)
    same = dialect.write_frames(reply, frames)
    assert [(chunk.data, chunk.seconds) for chunk in same.chunks] == [
        (b"data: a\n\n", 0.1),
        (b"data: b\n\n", 0.5),
        (b"data: c\n\n", 0.5),
    ]
    doubled = dialect.write_frames(reply, [*frames, frames[-1]])
    assert [chunk.seconds for chunk in doubled.chunks] == [0.1, 0.5, 0.5, 0.5]
