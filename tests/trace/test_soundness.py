"""A trace that was damaged or changed says so, wherever it was hit."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.errors import TraceError
from agentprobe.trace.body import packed_value
from agentprobe.trace.read import read_trace
from agentprobe.trace.records import Body, CallRecord, OutcomeRecord
from agentprobe.trace.soundness import Roll, is_changed, summed
from agentprobe.trace.view import Trace
from agentprobe.trace.writer import TraceWriter


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sound")


@pytest.fixture(scope="module")
def whole(folder: Path) -> bytes:
    """A small trace of three calls with payloads in pieces."""
    path = folder / "whole.jsonl"
    writer = TraceWriter(path)
    writer.header(session="s")
    told: list[dict[str, str]] = []
    for number in range(3):
        told.append({"text": f"{number}" * 2500})
        writer.add(_call(writer.order(), f"c{number}", packed_value({"told": told})))
        writer.add(_outcome(writer.order(), f"c{number}", packed_value(number)))
    writer.end()
    trace = read_trace(path)
    assert trace.complete
    assert [len(call.request["told"]) for call in trace.calls] == [1, 2, 3]
    return path.read_bytes()


def _call(order: int, id: str, body: Body) -> CallRecord:
    return CallRecord(
        order=order, id=id, by="process", place="agent", at=0.0, kind="tool", name="t", request=body
    )


def _outcome(order: int, id: str, body: Body) -> OutcomeRecord:
    return OutcomeRecord(order=order, id=id, by="process", place="agent", at=0.0, seconds=0.0, body=body)


def _read(folder: Path, data: bytes) -> Trace | None:
    path = folder / "hit.jsonl"
    path.write_bytes(data)
    try:
        trace = read_trace(path)
    except TraceError:
        return None
    for call in trace.calls:
        assert call.request_bytes is not None
        assert call.error is not None
    return trace


def _sane(folder: Path, data: bytes, whole: bytes) -> None:
    """Either all is as it was, or something is said."""
    trace = _read(folder, data)
    assert trace is None or trace.problems or not trace.complete or data == whole


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_noticed(folder: Path, whole: bytes, at: int, bit: int) -> None:
    at %= len(whole) - 1
    flipped = bytearray(whole)
    flipped[at] ^= 1 << bit
    _sane(folder, bytes(flipped), whole)


def test_a_record_that_was_made_one_of_another_kind_is_noticed(folder: Path, whole: bytes) -> None:
    _sane(folder, whole.replace(b'"record":"call"', b'"record":"ball"', 1), whole)


@given(at=st.integers(0, 10**6), size=st.integers(1, 4000))
def test_bytes_that_are_missing_anywhere_are_noticed(folder: Path, whole: bytes, at: int, size: int) -> None:
    at %= len(whole) - 1
    hit = whole[:at] + whole[at + size :]
    if hit != whole[:-1]:
        _sane(folder, hit, whole)


@given(place=st.integers(1, 9), to=st.integers(1, 9))
def test_a_line_that_comes_twice_is_said(folder: Path, whole: bytes, place: int, to: int) -> None:
    lines = whole.splitlines(keepends=True)
    assert len(lines) == 11
    if lines[place].startswith(b'{"record":"blob"'):
        return  # the same piece again says nothing new
    trace = _read(folder, b"".join([*lines[: to + 1], lines[place], *lines[to + 1 :]]))
    assert trace is not None
    assert trace.problems or not trace.complete


@given(junk=st.binary(max_size=60), place=st.integers(1, 9))
def test_a_foreign_line_is_said_or_passed_over_and_costs_nothing_else(
    folder: Path, whole: bytes, junk: bytes, place: int
) -> None:
    lines = whole.splitlines(keepends=True)
    trace = _read(folder, b"".join([*lines[:place], junk.replace(b"\n", b"") + b"\n", *lines[place:]]))
    assert trace is not None
    assert len(trace.calls) == 3
    assert trace.problems or not junk.strip() or trace.complete


def test_a_record_of_a_newer_version_is_passed_over_and_counted(folder: Path, whole: bytes) -> None:
    lines = whole.splitlines(keepends=True)
    newer = b'{"record":"weather","by":"process:9","order":1,"sky":"blue"}\n'
    trace = _read(folder, b"".join([*lines[:3], newer, *lines[3:]]))
    assert trace is not None
    assert trace.complete


def test_a_line_that_was_taken_out_is_missed(folder: Path, whole: bytes) -> None:
    lines = whole.splitlines(keepends=True)
    taken = next(place for place, line in enumerate(lines) if b'"order":4' in line)
    trace = _read(folder, b"".join(lines[:taken] + lines[taken + 1 :]))
    assert trace is not None
    assert trace.problems == ("1 of the records that were made are not in the file",)


def test_a_line_that_somebody_has_edited_is_said(folder: Path, whole: bytes) -> None:
    trace = _read(folder, whole.replace(b'"name":"t"', b'"name":"u"', 1))
    assert trace is not None
    assert len(trace.problems) == 1
    assert trace.problems[0].endswith("was changed after it was written")


def test_a_sum_tells_a_change_and_nothing_else() -> None:
    line = summed(b'{"a":1}')
    assert not is_changed(line + b"\n")
    assert is_changed(line.replace(b"1", b"2", 1))
    assert not is_changed(b'{"a":1}')


def test_a_process_that_begins_anew_is_no_repetition() -> None:
    roll = Roll()
    assert all(roll.takes("p", order, b"first") for order in (1, 3, 2))
    assert not roll.takes("p", 2, b"first")
    assert all(roll.takes("p", order, b"second") for order in (1, 2))
    assert not roll.takes("p", 1, b"second")
    assert roll.missing == 0
