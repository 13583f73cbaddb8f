"""The pen: one first line, several writers, failures that do not stop the agent, no record lost to a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.errors import TraceError
from agentprobe.trace.body import packed_value
from agentprobe.trace.read import read_trace
from agentprobe.trace.records import CallRecord
from agentprobe.trace.writer import TraceWriter

CHILD = """
import sys
from pathlib import Path
from agentprobe.trace.records import CallRecord
from agentprobe.trace.writer import TraceWriter

path, by, size, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
writer = TraceWriter(path, by=by)
writer.header(session="crash")
for number in range(1, count + 1):
    order = writer.order()
    writer.add(CallRecord(order=order, id=f"c{number}", by=writer.by, place="agent", at=0.0, kind="tool",
                          name="x" * (size * number % 5000)))
    print(number, flush=True)
"""


def _call(writer: TraceWriter, number: int) -> CallRecord:
    return CallRecord(
        order=writer.order(), id=f"c{number}", by=writer.by, place="agent", at=0.0, kind="tool", name="t"
    )


def _child(path: Path, by: str, *, size: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(path), by, str(size), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("reached", [1, 5, 60])
def test_every_record_added_before_a_kill_is_readable(tmp_path: Path, reached: int) -> None:
    path = tmp_path / "killed.jsonl"
    with _child(path, "process", size=701, count=100_000) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) == reached:
                break
        os.kill(child.pid, signal.SIGKILL)
    trace = read_trace(path)
    assert [call.id for call in trace.calls[:reached]] == [f"c{number}" for number in range(1, reached + 1)]
    assert not trace.complete
    assert trace.ended is None


def test_two_processes_write_to_one_file_without_disturbing_each_other(tmp_path: Path) -> None:
    path = tmp_path / "shared.jsonl"
    TraceWriter(path).header(session="shared")
    children = [_child(path, by, size=977, count=150) for by in ("process:1", "process:2")]
    for child in children:
        child.communicate(timeout=30)
    trace = read_trace(path)
    assert trace.session == "shared"
    assert not trace.problems
    for by in ("process:1", "process:2"):
        mine = [call.id for call in trace.calls if call.by == by]
        assert mine == [f"c{number}" for number in range(1, 151)]


def test_whoever_comes_second_writes_no_header_and_keeps_the_firsts_time(tmp_path: Path) -> None:
    path = tmp_path / "joined.jsonl"
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    first, second = TraceWriter(path), TraceWriter(path, by="process:7")
    first.header(session="one", started=start.isoformat())
    second = TraceWriter(path, by="process:7")
    second.header(session="two", started="never")
    second.keep_time(VirtualClock(start + timedelta(seconds=90)))
    assert second.elapsed() == 90.0
    assert read_trace(path).session == "one"


def test_a_line_that_a_killed_process_left_unfinished_does_not_spoil_the_next_record(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    first = TraceWriter(path)
    first.header(session="s")
    first.add(_call(first, 1))
    with path.open("ab") as file:
        file.write(b'{"record":"call","order":2,"id":"c2","na')
    second = TraceWriter(path, by="process:2")
    second.add(_call(second, 3))
    trace = read_trace(path)
    assert [call.id for call in trace.calls] == ["c1", "c3"]
    assert trace.problems == ("line 3 is damaged; one record is lost",)


def test_nothing_is_added_to_a_file_that_is_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n")
    with pytest.raises(TraceError, match=r"notes\.txt, line 1: this file is no agentprobe trace"):
        TraceWriter(path)
    assert path.read_text() == "my notes\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_stops_the_recording_and_not_the_agent() -> None:
    writer = TraceWriter(Path("/dev/full"))
    writer.header(session="s")
    writer.add(_call(writer, 1))
    writer.end()
    assert writer.failure is not None
    assert "cannot write /dev/full: No space left on device" in writer.failure


def test_what_fits_on_the_disk_stays_readable_when_it_fills_up(tmp_path: Path) -> None:
    path = tmp_path / "full.jsonl"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    command = [sys.executable, "-c", limit + CHILD, str(path), "process", "90", "40"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "40"
    trace = read_trace(path)
    assert 3 < len(trace.calls) < 40
    assert not trace.problems


def test_a_writer_that_has_ended_says_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "ended.jsonl"
    writer = TraceWriter(path)
    writer.header(session="s")
    writer.end("failed", exit=3, error="boom")
    writer.add(_call(writer, 1))
    writer.end()
    trace = read_trace(path)
    assert trace.ended is not None
    assert (trace.ended.status, trace.ended.exit, trace.ended.facts) == ("failed", 3, {"error": "boom"})
    assert not trace.calls
    assert writer.failure is None


def test_a_forked_process_writes_under_a_name_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "forked.jsonl"
    program = f"""
import os
from pathlib import Path
from agentprobe.trace.records import CallRecord
from agentprobe.trace.writer import TraceWriter
writer = TraceWriter(Path({str(path)!r}))
writer.header(session="s")
child = os.fork()
order, by = writer.order(), writer.by
writer.add(CallRecord(order=order, id="c1", by=by, place="agent", at=0.0, kind="tool", name="t"))
if child:
    os.waitpid(child, 0)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
    assert len({call.by for call in read_trace(path).calls}) == 2


def test_halves_of_characters_are_spelled_out_instead_of_ending_the_agent(tmp_path: Path) -> None:
    """A file's name in another coding reaches Python as such a text, and so does JSON that was cut."""
    path = tmp_path / "trace.jsonl"
    writer = TraceWriter(path)
    writer.header(session="s", agent={"command": ["open", "caf\udce9.txt"]})
    call = CallRecord(
        order=1,
        id="c1",
        by="process",
        place="agent",
        at=0.0,
        kind="tool",
        name="\ud83d",
        request=packed_value({"whole": "\U0001f4af"}),
    )
    writer.add(call)
    writer.end()
    trace = read_trace(path)
    assert trace.header.agent["command"] == ["open", r"caf\udce9.txt"]
    assert trace.calls[0].name == r"\ud83d"
    assert trace.calls[0].request == {"whole": "\U0001f4af"}
    assert trace.complete is False  # the call never ended
    assert trace.problems == ()


KILLED = """
import os, signal, sys
from pathlib import Path
from agentprobe.trace.body import packed_value
from agentprobe.trace.records import CallRecord
from agentprobe.trace.writer import TraceWriter

folder, points = Path(sys.argv[1]), int(sys.argv[2])
for point in range(points):
    seen, told = os.pipe()
    child = os.fork()
    if not child:
        writer, history = TraceWriter(folder / f"{point}.jsonl"), []
        writer.header(session="killed")
        for number in range(1, 10_000):
            history.append({"text": f"{point} {number} " + "x" * (37 * point + number) + "y" * 500})
            body = packed_value({"told": history[-9:], "first": history[0], "pad": "z" * 4000})
            writer.add(CallRecord(order=writer.order(), id=f"c{number}", by=writer.by, place="agent", at=0.0,
                                  kind="tool", name="t", request=body))
            os.write(told, b".")
    os.close(told)
    done = len(os.read(seen, 1))
    while done <= point % 40:
        done += len(os.read(seen, 1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := len(os.read(seen, 65536)):
        done += more
    os.close(seen)
    print(done, flush=True)
"""


def test_a_kill_at_any_moment_leaves_every_payload_that_was_added(tmp_path: Path) -> None:
    """With AGENTPROBE_KILLS=1000 it is tried more often."""
    points = os.environ.get("AGENTPROBE_KILLS", "200")
    command = [sys.executable, "-c", KILLED, str(tmp_path), points]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    counts = [int(line) for line in done.stdout.split()]
    assert len(counts) == int(points)
    for point, count in enumerate(counts):
        trace = read_trace(tmp_path / f"{point}.jsonl")
        assert len(trace.calls) in (count, count + 1)
        assert trace.truncated or not trace.problems
        for number, call in enumerate(trace.calls, start=1):
            told = call.request["told"]
            assert told[-1]["text"].startswith(f"{point} {number} ")
            assert len(told) == min(number, 9)
