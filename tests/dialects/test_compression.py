"""Compressed bodies are read as the plain ones."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.dialects._compression import decompressed, plain_body, plain_reply, plain_request, sniffed
from agentprobe.dialects._unpacking import TooLarge, Unpacker
from agentprobe.dialects.openai_chat import OpenAIChat
from agentprobe.domain.model import Message, ModelAnswer, ModelRequest
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest
from agentprobe.errors import Malformed

CHAT = OpenAIChat()
ASKED = ModelRequest(model="m", messages=(Message(role="user", text="hi"),))
ANSWER = ModelAnswer(text="All is well. " * 20)


_zstd = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
ZSTD: Callable[[bytes], bytes] = _zstd.compress


def in_parts(packer: Any, parts: list[bytes], *flush: int, write: str = "compress") -> list[bytes]:
    """Each part compressed so that it can be read at once, then the end."""
    sent = [getattr(packer, write)(part) + packer.flush(*flush) for part in parts]
    return [*sent, packer.finish() if write == "process" else packer.flush()]


PACKERS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "gzip": lambda parts: in_parts(zlib.compressobj(wbits=31), parts, zlib.Z_SYNC_FLUSH),
    "deflate": lambda parts: in_parts(zlib.compressobj(), parts, zlib.Z_SYNC_FLUSH),
    "br": lambda parts: in_parts(brotli.Compressor(), parts, write="process"),
    "zstd": lambda parts: in_parts(packer := _zstd.ZstdCompressor(), parts, packer.FLUSH_BLOCK),
}


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


def test_a_request_is_read_whatever_it_is_compressed_with() -> None:
    body = CHAT.write_request(ASKED)
    assert CHAT.read_request(ZSTD(body)) == ASKED
    for encoding, pack in (("zstd", ZSTD), ("br", brotli.compress), ("gzip", gzip.compress)):
        asked = HttpRequest(
            method="POST", target="/", headers=(("content-encoding", encoding),), body=pack(body)
        )
        assert plain_request(asked) == body


@pytest.mark.parametrize("encoding", list(PACKERS))
def test_what_a_chunk_brought_is_known_chunk_by_chunk(encoding: str) -> None:
    parts = [b"data: %d " % at + b"x" * 3000 + b"\n\n" for at in range(5)]
    flushed = PACKERS[encoding](parts)
    chunks = tuple(Chunk(data, at / 10) for at, data in enumerate(flushed))
    reply = HttpReply(status=200, headers=(("content-encoding", encoding),), chunks=chunks)
    plain = plain_reply(reply)
    assert plain.body == b"".join(parts)
    assert [chunk.seconds for chunk in plain.chunks] == [chunk.seconds for chunk in chunks]
    assert [chunk.data for chunk in plain.chunks[:5]] == parts


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=2000), encoding=st.sampled_from(list(PACKERS)), size=st.integers(1, 99))
def test_however_a_compressed_body_is_cut_the_same_is_read(body: bytes, encoding: str, size: int) -> None:
    packed_body = b"".join(PACKERS[encoding]([body[:99], body[99:]]))
    unpacker = Unpacker(encoding)
    cuts = range(0, len(packed_body), size)
    assert b"".join(unpacker.feed(packed_body[at : at + size]) for at in cuts) == body


@pytest.mark.parametrize("encoding", list(PACKERS))
def test_a_body_that_unpacks_to_too_much_is_refused_and_costs_little_memory(encoding: str) -> None:
    bomb = b"".join(PACKERS[encoding]([bytes(64 * 2**20)]))
    tracemalloc.start()
    with pytest.raises(TooLarge, match="more than 1,000,000 bytes"):
        Unpacker(encoding, largest=1_000_000).feed(bomb)
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()


def test_members_that_follow_one_another_are_one_body() -> None:
    assert decompressed(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip") == b"one two"
    assert decompressed(ZSTD(b"one ") + ZSTD(b"two"), "zstd") == b"one two"
    assert decompressed(gzip.compress(b"one") + bytes(3), "gzip") == b"one"


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
