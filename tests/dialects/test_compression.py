"""Compressed bodies are read as the plain ones."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace

import pytest

from agentprobe.dialects._compression import decompressed, plain_body, sniffed
from agentprobe.dialects.openai_chat import OpenAIChat
from agentprobe.domain.model import Message, ModelAnswer, ModelRequest
from agentprobe.domain.wire import Chunk, HttpReply
from agentprobe.errors import Malformed

CHAT = OpenAIChat()
ASKED = ModelRequest(model="m", messages=(Message(role="user", text="hi"),))
ANSWER = ModelAnswer(text="All is well. " * 20)


def packed(reply: HttpReply, encoding: str, body: bytes) -> HttpReply:
    headers = (*reply.headers, ("Content-Encoding", encoding))
    return replace(reply, headers=headers, chunks=(Chunk(body[:20]), Chunk(body[20:])))


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("deflate, gzip", lambda body: gzip.compress(zlib.compress(body))),
        ("identity", bytes),
    ],
)
def test_a_compressed_answer_is_read(encoding: str, pack: object, stream: bool) -> None:
    assert callable(pack)
    reply = CHAT.write_answer(ANSWER, replace(ASKED, stream=stream))
    seen = CHAT.read_answer(packed(reply, encoding, pack(reply.body)))
    assert (seen.text, seen.complete) == (ANSWER.text, True)


def test_of_a_compressed_stream_that_breaks_off_the_beginning_is_read() -> None:
    reply = CHAT.write_answer(ANSWER, replace(ASKED, stream=True))
    body = gzip.compress(reply.body)
    seen = CHAT.read_answer(packed(reply, "gzip", body[:-40]))
    assert seen.text
    assert ANSWER.text.startswith(seen.text)
    assert not seen.complete


def test_a_body_that_was_unpacked_already_is_read_as_it_stands() -> None:
    reply = CHAT.write_answer(ANSWER, ASKED)
    assert CHAT.read_answer(packed(reply, "gzip", reply.body)).text == ANSWER.text


def test_an_unknown_encoding_is_named() -> None:
    reply = packed(CHAT.write_answer(ANSWER, ASKED), "snappy", b"\xff\xfe")
    seen = CHAT.read_answer(reply)
    assert seen.error is not None
    assert "'snappy'" in seen.error.message
    assert not seen.complete


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "brotli", None)
    with pytest.raises(Malformed, match="install 'brotli'"):
        decompressed(b"\x8b\x01", "br")


def test_zstd_is_read_where_its_package_is_there() -> None:
    zstandard = pytest.importorskip("zstandard")
    body = CHAT.write_request(ASKED)
    assert decompressed(zstandard.compress(body), "zstd") == body
    assert CHAT.read_request(zstandard.compress(body)) == ASKED


def test_a_stream_in_frames_is_no_longer_compressed() -> None:
    reply = CHAT.write_answer(ANSWER, replace(ASKED, stream=True))
    squeezed = packed(reply, "gzip", gzip.compress(reply.body))
    frames = CHAT.frames(squeezed)
    assert frames == CHAT.frames(reply)
    opened = CHAT.write_frames(squeezed, frames)
    assert opened.header("content-encoding") is None
    assert plain_body(opened) == reply.body


def test_bytes_that_are_not_compressed_are_not_taken_for_it() -> None:
    assert sniffed(b"{}") is None
