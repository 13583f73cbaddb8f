"""Reading: old traces for ever, damaged ones as far as they go, foreign ones with a clear word."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.basis.clock import VirtualClock
from agentprobe.domain.call import Call, Kind
from agentprobe.errors import TraceError
from agentprobe.kernel.boundary import Boundary
from agentprobe.trace.known_secrets import leaks
from agentprobe.trace.lines import lines_of
from agentprobe.trace.read import Follower, Lines, read_trace
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.records import Body, CallRecord, EndRecord, Header, OutcomeRecord, encode
from agentprobe.trace.view import Trace
from agentprobe.trace.writer import TraceWriter

GOLDEN = Path(__file__).parents[1] / "golden" / "trace_v1.jsonl"
SMALL = [
    encode(Header(session="s", seed=3)),
    encode(CallRecord(order=1, id="c1", by="process", place="agent", at=0.0, kind="tool", name="t")),
    encode(OutcomeRecord(order=2, id="c1", by="process", place="agent", at=0.1, seconds=0.1)),
    encode(EndRecord(order=3, by="process", status="ok")),
]


def _written(folder: Path, *lines: bytes) -> Path:
    path = folder / "trace.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("read")


def test_the_trace_of_version_1_reads_as_it_was_written() -> None:
    trace = read_trace(GOLDEN)
    assert trace.complete
    assert (trace.session, trace.header.seed, trace.header.clock) == ("golden-1", 7, "virtual")
    assert [call.status for call in trace.model_calls] == [429, 200, 200, 200, 200, 200]
    assert [model.retries for model in trace.logical_calls] == [1, 0, 0, 0, 0]
    assert [(use.name, use.seen) for use in trace.tool_calls] == [
        ("read_policy", "wire"),
        ("find_customer", "process"),
        ("log_view", "process"),
        ("refund", "process"),
        ("refund", "process"),
        ("refund", "process"),
    ]
    assert trace.ledger().times() == {"refund 17": 2}
    assert [(a.name, b.name) for a, b in trace.inversions] == [("find_customer", "log_view")]
    assert [call.record.nth for call in trace.truncated_answers] == [4]
    assert [call.left for call in trace.model_calls] == [False] * 5 + [True]
    assert (trace.usage.input_tokens, trace.usage.output_tokens) == (320, 34)


def test_a_trace_cut_off_at_any_byte_is_read_as_far_as_it_goes(folder: Path) -> None:
    whole = b"".join(line + b"\n" for line in SMALL)
    path = folder / "cut.jsonl"
    for length in range(len(SMALL[0]) + 1, len(whole) + 1):
        path.write_bytes(whole[:length])
        trace = read_trace(path)
        kept = sum(length >= len(b"\n".join(SMALL[: n + 1])) for n in range(1, 4))
        assert len(trace.calls) == (kept > 0)
        assert (trace.ended is not None) == (kept == 3)
        assert trace.truncated == (length not in _ends(whole)), length
        assert trace.complete == (kept == 3)


def _ends(whole: bytes) -> set[int]:
    """The lengths at which no record is cut off: before and behind each newline."""
    return {end for n in range(len(whole)) if whole[n : n + 1] == b"\n" for end in (n, n + 1)}


def test_a_trace_cut_off_in_its_first_line_is_said_to_be_so(folder: Path) -> None:
    path = folder / "first.jsonl"
    for length in range(1, len(SMALL[0])):
        path.write_bytes(SMALL[0][:length])
        with pytest.raises(TraceError, match="cut off in its first line"):
            read_trace(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty: nothing was recorded"),
        (b"hello\n", "line 1: this file is no agentprobe trace"),
        (b"\x00\xff\xfe\n", "line 1: this file is no agentprobe trace"),
        (b"[1, 2]\n", "line 1: this file is no agentprobe trace"),
        (b'{"agentprobe":"evidence","version":1}\n', "line 1: this file is no agentprobe trace"),
        (
            b'{"agentprobe":"trace","version":3,"seed":{"new":"form"}}\n',
            "of version 3, written by a newer agentprobe",
        ),
    ],
)
def test_what_is_no_trace_is_refused_with_file_line_and_what_to_do(
    folder: Path, content: bytes, said: str
) -> None:
    path = folder / "foreign.jsonl"
    path.write_bytes(content)
    with pytest.raises(TraceError, match=said) as caught:
        read_trace(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(TraceError, match="No such file"):
        read_trace(folder / "nowhere.jsonl")
    with pytest.raises(TraceError, match="Is a directory"):
        read_trace(folder)


def test_fields_and_records_of_newer_writers_are_passed_over(folder: Path) -> None:
    newer = [json.dumps({**json.loads(line), "novel": {"a": [1]}}).encode() for line in SMALL]
    path = _written(folder, newer[0], b'{"record":"weather","sun":true}', newer[0], *newer[1:])
    trace = read_trace(path)
    assert trace.complete
    assert len(trace.calls) == 1


def test_a_record_behind_one_that_was_cut_off_is_found_again(folder: Path) -> None:
    path = _written(folder, SMALL[0], SMALL[1][:40] + SMALL[1], *SMALL[2:])
    trace = read_trace(path)
    assert trace.problems == ("line 2 is damaged; one record is lost",)
    assert [call.outcome is not None for call in trace.calls] == [True]


@given(noise=st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=30)), max_size=4))
def test_no_damage_behind_the_first_line_crashes_the_reader(
    folder: Path, noise: list[tuple[int, bytes]]
) -> None:
    data = b"".join(line + b"\n" for line in SMALL[1:])
    for at, junk in noise:
        at %= len(data) + 1
        data = data[:at] + junk + data[at + len(junk) // 2 :]
    path = folder / "noise.jsonl"
    path.write_bytes(SMALL[0] + b"\n" + data)
    assert isinstance(read_trace(path), Trace)


@given(data=st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
def test_any_file_is_a_trace_or_a_clear_error(folder: Path, data: bytes) -> None:
    path = folder / "any.jsonl"
    path.write_bytes(data)
    with pytest.raises(TraceError):
        read_trace(path)


def test_records_can_be_read_one_by_one_and_more_than_once() -> None:
    lines = Lines(GOLDEN)
    first = list(lines)
    assert list(lines) == first
    assert len(first) == 43


def test_a_follower_waits_for_a_file_that_cannot_be_read(folder: Path) -> None:
    (folder / "file").write_text("")
    assert Follower(folder / "file" / "trace.jsonl").finished() == []
    assert Follower(folder).finished() == []


def test_a_follower_tells_each_finished_call_once_while_the_file_grows(folder: Path) -> None:
    path = folder / "growing.jsonl"
    follower = Follower(path)
    assert follower.finished() == []
    told = []
    for byte in GOLDEN.read_bytes()[:12_000]:
        with path.open("ab") as file:
            file.write(bytes([byte]))
        if byte in b"\n}":
            told += [(call.name, call.status) for call in follower.finished()]
    path.write_bytes(GOLDEN.read_bytes())
    told += [(call.name, call.status) for call in follower.finished()]
    assert sorted(told, key=str) == sorted(
        ((call.name, call.status) for call in read_trace(GOLDEN).calls), key=str
    )


def test_a_giant_line_is_passed_over_and_said_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    writer = TraceWriter(path)
    writer.header(session="s")
    with path.open("ab") as file:
        file.write(b'{"record":"call","order":1,' + b"x" * 5000 + b"}\n")
    writer.end()
    lines = Lines(path, longest=1000)
    assert [type(record).__name__ for record in lines] == ["EndRecord"]
    assert any("line 2 has 5,029 bytes, more than is read" in problem for problem in lines.problems)


def test_what_has_no_end_is_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(TraceError):
        Lines(path, longest=1000)


@pytest.mark.parametrize("longest", [4, 5, 100])
def test_lines_add_up_to_the_file(tmp_path: Path, longest: int) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"abcd\nabc\n\nabcdefgh\nend")
    with path.open("rb") as file:
        found = list(lines_of(file, longest))
    assert [size for _, size in found] == [5, 4, 1, 9, 3]
    assert all(line == b"" or len(line) == size <= longest for line, size in found)


def test_a_secret_is_found_across_the_pieces_of_a_long_line(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"{}\n" + b"x" * (2**20 - 7) + b"zebra77stripes9" + b"y" * 100 + b"\n{}\n")
    assert leaks(path, {"KEY": "zebra77stripes9"}) == ["line 2 holds the value of KEY"]


def _saying(text: str, _: Call) -> dict[str, str]:
    return {"said": text}


def test_of_a_payload_that_is_too_large_size_and_digest_are_kept(tmp_path: Path) -> None:
    found: list[tuple[Body, Body]] = []
    for text in ("a" * 500, "a" * 500, "b" * 500, "short"):
        writer = TraceWriter(tmp_path / f"{len(found)}.jsonl", largest_body=200)
        writer.header(session="s")
        room = Recorder(writer, VirtualClock())
        call = Call(kind=Kind.TOOL, name="t", request={"text": text})
        Boundary([room], VirtualClock()).call(call, partial(_saying, text))
        writer.end()
        (read,) = read_trace(writer.path).calls
        assert read.record.request is not None
        assert read.outcome is not None
        assert read.outcome.body is not None
        found.append((read.record.request, read.outcome.body))
    first, same, other, short = found
    assert (first[0].withheld, first[1].withheld) == (511, 511)
    assert first == same
    assert first[0].digest != other[0].digest
    assert short[0].withheld is None
