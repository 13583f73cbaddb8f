"""Prompts that are not those under lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agentprobe.scan.engine import Scanned, scan
from agentprobe.scan.finding import Finding
from agentprobe.scan.prompts.collect import collect
from agentprobe.scan.prompts.lock import NAME, Lock, Review, locked, read_lock, write_lock
from agentprobe.scan.rules.prompt_lock_mismatch import PromptLockMismatch
from agentprobe.scan.severity import Severity

Scan = Callable[..., list[Finding]]
OLD = 'SYSTEM_PROMPT = "You are the desk. Refund up to 50 euros."\n'
NEW = 'SYSTEM_PROMPT = "You are the desk. Refund up to 500 euros."\n'


def project(folder: Path, was: str, now: str) -> Scanned:
    (folder / "agent.py").write_text(was)
    review = Review(by="Ann", on="2026-11-28", reason="first")
    write_lock(folder / NAME, locked(collect(folder).prompts, Lock(), review=review))
    (folder / "agent.py").write_text(now)
    return scan(folder, rules=[PromptLockMismatch()])


def test_a_changed_prompt_is_found_and_its_fix_writes_the_lock(tmp_path: Path) -> None:
    (finding,) = project(tmp_path, OLD, "import os\n" + NEW).findings
    assert (finding.place.path, finding.place.line, finding.severity) == ("agent.py", 2, Severity.HIGH)
    assert finding.related[0].path == NAME
    assert finding.fix is not None
    assert finding.fix.safe
    (edit,) = finding.fix.edits
    raw = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(raw[: edit.start] + edit.text.encode() + raw[edit.end :])
    assert not scan(tmp_path, rules=[PromptLockMismatch()]).findings
    assert read_lock(tmp_path / NAME).entries[0].reviewed_by == "", "a fix reviews nothing"


def test_new_prompts_and_gone_ones_are_milder(tmp_path: Path) -> None:
    found = project(tmp_path, OLD, 'OTHER_PROMPT = "You are the other desk, of lamps."\n').findings
    assert {one.severity for one in found} == {Severity.MEDIUM, Severity.LOW}


def test_moved_lines_and_line_ends_are_no_drift(tmp_path: Path) -> None:
    assert not project(tmp_path, OLD, "import os\n\n\n" + OLD).findings


def test_a_project_without_a_lock_is_not_asked(found: Scan) -> None:
    assert not found(OLD, "prompt-lock-mismatch")


def test_prompts_of_files_that_were_not_scanned_are_not_gone(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text('OTHER_PROMPT = "You are the other desk, of lamps."\n')
    project(tmp_path, OLD, OLD)
    assert not scan(tmp_path, [tmp_path / "agent.py"], rules=[PromptLockMismatch()]).findings


def test_a_lock_that_a_merge_broke_is_found(found: Scan) -> None:
    (finding,) = found({"agent.py": OLD, NAME: "<<<<<<< HEAD\n"}, "prompt-lock-mismatch")
    assert finding.place.path == NAME
