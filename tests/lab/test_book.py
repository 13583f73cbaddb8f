"""What was found is kept, whatever happens to the process, the file or the disk."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from agentprobe.domain.evidence import Evidence, Mode, Regime, Run, Status
from agentprobe.errors import AgentProbeError
from agentprobe.lab.book import Book, read_evidence
from agentprobe.lab.cleaning import Cleaning
from agentprobe.lab.grid import Plan
from agentprobe.lab.settings import TraceSettings

RUNS = tuple(
    Run(agent="a", task=f"t{n}", regime=Regime(rows=10), repetition=0, seed=n, key=f"key{n}")
    for n in range(4)
)
PLAN = Plan(id="plan", runs=RUNS, digests={"model": "m"})


def evidence(run: Run, status: Status = Status.PASSED) -> Evidence:
    return Evidence(
        run=run,
        status=status,
        mode=Mode.LOOPED if status is Status.FAILED else None,
        answer="äöü\n\x00",
        effects=(("x", 2),),
        receipts=("hang@c1",),
    )


def filled(home: Path, *runs: Run) -> Book:
    with Book.at(home, PLAN) as book:
        for run in runs:
            book.add(evidence(run))
    return book


def test_what_was_added_is_read_back_as_it_was(tmp_path: Path) -> None:
    filled(tmp_path, *RUNS[:2])
    with Book.at(tmp_path, PLAN) as book:
        assert book.evidence == (evidence(RUNS[0]), evidence(RUNS[1]))
        assert book.missing == RUNS[2:]


def test_evidence_of_other_plans_in_the_same_file_does_not_count(tmp_path: Path) -> None:
    stranger = Run(agent="a", task="x", regime=Regime(), repetition=0, seed=0, key="stranger")
    filled(tmp_path, stranger, RUNS[0])
    with Book.at(tmp_path, PLAN) as book:
        assert book.evidence == (evidence(RUNS[0]),)


def test_every_cut_of_the_file_is_read_and_gone_on_with(tmp_path: Path) -> None:
    """Wherever a kill -9 or a power cut ends the file, whole lines count and the next ones are added well."""
    path = filled(tmp_path, *RUNS[:2]).folder / "evidence.jsonl"
    whole = path.read_bytes()
    ends = [at for at, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        kept = max(sum(end < cut for end in ends) - 1, 0)
        with Book.at(tmp_path, PLAN) as book:
            assert len(book.evidence) >= kept
            book.add(evidence(RUNS[3]))
        assert evidence(RUNS[3]) in read_evidence(path)
        assert len(read_evidence(path)) >= kept + 1


def test_a_damaged_line_in_the_middle_is_said(tmp_path: Path) -> None:
    path = filled(tmp_path, *RUNS[:3]).folder / "evidence.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2][:20]
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(AgentProbeError, match=r"evidence\.jsonl, line 3: .*--fresh begins a new one"):
        Book.at(tmp_path, PLAN)
    with Book.at(tmp_path, PLAN, fresh=True) as book:
        assert book.missing == RUNS


def test_a_file_that_is_no_book_is_said(tmp_path: Path) -> None:
    path = filled(tmp_path, RUNS[0]).folder / "evidence.jsonl"
    path.write_text("hello\nworld\n")
    with pytest.raises(AgentProbeError, match=r"line 1: this is no book of evidence"):
        read_evidence(path)


def test_a_book_of_a_later_version_is_said(tmp_path: Path) -> None:
    path = filled(tmp_path, RUNS[0]).folder / "evidence.jsonl"
    path.write_text('{"agentprobe":"evidence","version":9}\n')
    with pytest.raises(AgentProbeError, match="reads evidence up to version 1"):
        read_evidence(path)


def test_a_field_of_a_later_writer_is_passed_over(tmp_path: Path) -> None:
    path = filled(tmp_path, RUNS[0]).folder / "evidence.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"status":', b'"mood":"sunny","status":'))
    assert read_evidence(path) == (evidence(RUNS[0]),)


def test_an_error_is_missing_until_it_is_tried_again_and_the_last_line_counts(tmp_path: Path) -> None:
    with Book.at(tmp_path, PLAN) as book:
        book.add(evidence(RUNS[0], Status.ERROR))
        assert RUNS[0] in book.missing
        book.add(evidence(RUNS[0], Status.FAILED))
        assert RUNS[0] not in book.missing
    with Book.at(tmp_path, PLAN) as book:
        assert [item.status for item in book.evidence] == [Status.FAILED]


def test_two_processes_do_not_write_one_book(tmp_path: Path) -> None:
    with Book.at(tmp_path, PLAN), pytest.raises(AgentProbeError, match="another `agentprobe run` is at work"):
        Book.at(tmp_path, PLAN)
    Book.at(tmp_path, PLAN).close()


def test_a_folder_that_cannot_be_written_in_is_said(tmp_path: Path) -> None:
    plan = Plan(id="p", runs=(), digests={})
    (tmp_path / "runs" / plan.id / "lock").mkdir(parents=True)
    with pytest.raises(AgentProbeError, match=r"cannot write in .*: Is a directory"):
        Book.at(tmp_path, plan)


def test_a_full_disk_is_said_and_the_book_stays_readable(tmp_path: Path) -> None:
    """A link to /dev/full refuses every write, as a full disk does."""
    with Book.at(tmp_path, PLAN) as book:
        (book.folder / "evidence.jsonl").symlink_to("/dev/full")
        with pytest.raises(AgentProbeError, match="No space left on device"):
            book.add(evidence(RUNS[0]))
        assert book.missing == RUNS


def test_fresh_forgets_traces_too(tmp_path: Path) -> None:
    book = filled(tmp_path, RUNS[0])
    book.trace(RUNS[0]).write_text("x")
    with Book.at(tmp_path, PLAN, fresh=True) as fresh:
        assert fresh.evidence == ()
        assert not fresh.trace(RUNS[0]).exists()


def test_fresh_leaves_what_it_was_not_asked_about(tmp_path: Path) -> None:
    filled(tmp_path, *RUNS)
    part = Plan(id=PLAN.id, runs=RUNS[:1], digests=PLAN.digests)
    Book.at(tmp_path, part, fresh=True).close()
    with Book.at(tmp_path, PLAN) as book:
        assert book.missing == RUNS[:1]


def test_the_plan_is_written_with_all_its_runs(tmp_path: Path) -> None:
    with Book.at(tmp_path, PLAN) as book:
        book.describe({"settings": {"run": {"seed": 7}}}, Cleaning.of(TraceSettings()))
    told = msgspec.json.decode((book.folder / "plan.json").read_bytes())
    assert told["version"] == 1
    assert told["settings"]["run"]["seed"] == 7
    assert [run["key"] for run in told["runs"]] == [run.key for run in RUNS]
    assert (tmp_path / "runs" / "latest").read_text() == "plan\n"
