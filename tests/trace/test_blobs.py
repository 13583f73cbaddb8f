"""Payloads in pieces: the very bytes come back, and what is told again stands in the file once."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from agentprobe.basis.canonical import digest
from agentprobe.basis.clock import VirtualClock
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.kernel.boundary import Boundary
from agentprobe.trace.blobs import Blobs, Cutter, InPieces, in_pieces
from agentprobe.trace.body import unpacked_bytes
from agentprobe.trace.read import Lines, read_trace
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.records import BlobRecord, Body, CallRecord, decode, encode
from agentprobe.trace.redact import Redaction
from agentprobe.trace.writer import TraceWriter

REPLY = HttpReply(status=200, chunks=(Chunk(b'{"choices":[{"message":{"content":"ok"}}]}'),))
long_texts = st.text(max_size=20) | st.sampled_from(
    ["x" * 600, 'said "so" \\ ' * 60, "[1,1]" * 200, "é" * 400]
)
anything = st.recursive(
    st.none() | st.integers() | long_texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(long_texts, inner, max_size=5),
    max_leaves=20,
)


def _answering(_: Call) -> Generator[Piece, None, None]:
    yield REPLY.head
    yield from REPLY.chunks


def _recorded(path: Path, bodies: list[bytes], **more: Any) -> TraceWriter:
    clock, writer = VirtualClock(), TraceWriter(path, **more)
    writer.header(session="s")
    boundary = Boundary([Recorder(writer, clock)], clock)
    for body in bodies:
        request = HttpRequest(method="POST", target="/v1/chat/completions", body=body)
        call = Call(kind=Kind.MODEL, name="m", request=request, dialect="openai_chat")
        list(boundary.stream(call, _answering))
    return writer


def _session(steps: int, size: int) -> list[bytes]:
    """The requests of a session in which each step adds a tool call and its result, and all is told again."""
    dice = random.Random(7)
    messages: list[dict[str, Any]] = [{"role": "system", "content": "Be careful. " * 200}]
    tools = [{"type": "function", "function": {"name": f"t{n}", "description": "d" * 300}} for n in range(12)]
    bodies = []
    for step in range(steps):
        result = "".join(dice.choices("abcdefghij ", k=size))
        called = {"id": f"call_{step}", "type": "function", "function": {"name": "t1", "arguments": "{}"}}
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [called]},
            {"role": "tool", "tool_call_id": f"call_{step}", "content": result},
        ]
        bodies.append(json.dumps({"model": "m", "messages": messages, "tools": tools}).encode())
    return bodies


@given(value=st.dictionaries(long_texts, anything, max_size=6), tight=st.booleans(), ascii=st.booleans())
def test_a_payload_in_pieces_is_given_back_byte_for_byte(value: Any, tight: bool, ascii: bool) -> None:
    separators = (",", ":") if tight else (" ,  ", " : ")
    data = json.dumps(value, separators=separators, ensure_ascii=ascii).encode()
    blobs = Blobs(Path("nowhere"))
    cutter = Cutter()
    for _ in range(2):
        cut, fresh = cutter.cut(Body(json=Raw(data)))
        for blob in fresh:
            line = encode(blob)
            read = decode(line)
            assert isinstance(read, BlobRecord)
            assert blobs.add(read, 0, len(line))
        kept = in_pieces(cut, blobs) if cut.parts else cut
        assert unpacked_bytes(kept) == data


def test_a_session_that_tells_its_history_again_and_again_stays_small(tmp_path: Path) -> None:
    bodies = _session(steps=60, size=6400)
    path = tmp_path / "session.jsonl"
    _recorded(path, bodies).end()
    assert sum(map(len, bodies)) > 11_900_000
    assert path.stat().st_size < 500_000
    trace = read_trace(path)
    assert [call.request_bytes for call in trace.model_calls] == bodies
    assert trace.complete


def test_each_piece_stands_in_the_file_once_and_ahead_of_whoever_names_it(tmp_path: Path) -> None:
    path = tmp_path / "once.jsonl"
    _recorded(path, _session(steps=5, size=2000)).end()
    known: list[str] = []
    for line in path.read_bytes().splitlines()[1:]:
        record = decode(line)
        if isinstance(record, BlobRecord):
            known.append(record.digest)
        elif isinstance(record, CallRecord) and record.request:
            named = {name for part in record.request.parts if not isinstance(part, str) for name in part}
            assert named <= set(known)
    assert len(known) == len(set(known)) > 5


def test_two_processes_each_name_only_pieces_that_they_wrote_themselves(tmp_path: Path) -> None:
    path = tmp_path / "shared.jsonl"
    bodies = _session(steps=3, size=900)
    _recorded(path, bodies)
    _recorded(path, bodies, by="process:2").end()
    digests = [r.digest for r in map(decode, path.read_bytes().splitlines()[1:]) if isinstance(r, BlobRecord)]
    assert len(digests) == 2 * len(set(digests))
    assert [call.request_bytes for call in read_trace(path).model_calls] == bodies * 2


def test_a_missing_piece_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "holed.jsonl"
    bodies = _session(steps=3, size=900)
    _recorded(path, bodies).end()
    lines = path.read_bytes().splitlines(keepends=True)
    last = max(place for place, line in enumerate(lines) if line.startswith(b'{"record":"blob"'))
    path.write_bytes(b"".join(lines[:last] + lines[last + 1 :]))
    trace = read_trace(path)
    assert [call.request_bytes for call in trace.model_calls] == [*bodies[:2], b""]
    assert trace.problems == (f"line {last + 1} needs 1 pieces of its payload that are missing or damaged",)


def test_a_piece_that_is_not_what_its_digest_says_is_not_taken(tmp_path: Path) -> None:
    piece = b'"' + b"x" * 600 + b'"'
    blobs = Blobs(tmp_path / "t")
    assert not blobs.add(BlobRecord(digest=digest(piece), json=Raw(b"[" + piece[:-3] + b'y"]')), 0, 1)
    assert not blobs


def test_pieces_that_memory_does_not_hold_are_fetched_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "far.jsonl"
    bodies = _session(steps=3, size=900)
    _recorded(path, bodies).end()
    blobs, at, found = Blobs(path, most=1000), 0, []
    for line in path.read_bytes().splitlines(keepends=True):
        record = decode(line) if at else None
        if isinstance(record, BlobRecord):
            assert blobs.add(record, at, len(line))
        elif isinstance(record, CallRecord) and record.request is not None:
            kept = in_pieces(record.request, blobs)
            assert isinstance(kept, InPieces)
            found.append(kept.data)
        at += len(line)
    assert found == bodies


def test_a_secret_beside_its_telling_name_is_gone_before_the_payload_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "secret.jsonl"
    body = json.dumps({"messages": [{"role": "user", "content": "x" * 2000}], "password": "q" * 700}).encode()
    _recorded(path, [body]).end()
    assert b"qqq" not in path.read_bytes()
    assert len(read_trace(path).model_calls[0].request["messages"][0]["content"]) == 2000


def test_memory_stays_flat_however_many_calls_are_recorded_and_read(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    body = _session(steps=1, size=1500)[0]
    tracemalloc.start()
    try:
        _recorded(path, [body] * 200).end()
        before = tracemalloc.get_traced_memory()[0]
        writer = _recorded(tmp_path / "longer.jsonl", [body.replace(b"call_0", b"call_%d" % n) for n in (1,)])
        for number in range(2000):
            record = CallRecord(
                order=writer.order(),
                id=f"c{number}",
                by="process",
                place="agent",
                at=0.0,
                kind="model",
                name="m",
                request=Body(json=Raw(body.replace(b"call_0", b"call_%d" % number))),
            )
            writer.add(record)
        tracemalloc.reset_peak()
        for _ in Lines(tmp_path / "longer.jsonl"):
            pass
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 6_000_000


@pytest.mark.parametrize("spelling", [(",", ":"), (", ", ": ")])
def test_equal_json_in_another_spelling_has_the_same_prompt_digests(
    tmp_path: Path, spelling: tuple[str, str]
) -> None:
    asked = {
        "model": "m",
        "messages": [{"role": "user", "content": "hi", "name": "a"}],
        "tools": [{"type": "x"}],
    }
    turned = {**asked, "messages": [{"name": "a", "content": "hi", "role": "user"}]}
    path = tmp_path / "spelled.jsonl"
    _recorded(path, [json.dumps(asked).encode(), json.dumps(turned, separators=spelling).encode()]).end()
    first, second = read_trace(path).model_calls
    assert first.prompt is not None
    assert first.prompt == second.prompt


items = st.lists(anything | long_texts.map(lambda text: {"role": "user", "content": text}), max_size=4)


@given(
    grown=st.lists(items, min_size=1, max_size=6),
    behind=st.sampled_from([{}, {"tools": ["t" * 700]}, {"t": 1}]),
    before=st.sampled_from([{}, {"model": "m"}, {"system": "s" * 900}]),
    gap=st.sampled_from(["", " ", "  "]),
    secret=st.booleans(),
)
def test_a_conversation_that_grows_is_given_back_byte_for_byte_at_every_step(
    grown: list[list[Any]], behind: dict[str, Any], before: dict[str, Any], gap: str, secret: bool
) -> None:
    redaction = Redaction(key=b"k")
    blobs, cutter = Blobs(Path("nowhere")), Cutter(redaction.clean)
    told: list[Any] = []
    for number, added in enumerate(grown):
        told = [*told, *added, *([{"password": "hunter22hunter22"}] if secret and number == 2 else [])]
        value = {**before, "messages": told, **behind}
        data = json.dumps(value, separators=(f"{gap},{gap}", f":{gap}")).encode()
        cut, fresh = cutter.cut(Body(json=Raw(data)))
        for blob in fresh:
            assert blobs.add(blob, 0, 0)
        assert unpacked_bytes(in_pieces(cut, blobs) if cut.parts else cut) == redaction.clean(data)
