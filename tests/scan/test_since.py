"""Findings since a git revision: those on changed lines and in new files, and no others."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.errors import ConfigError
from agentprobe.scan.finding import Finding, Origin, Place
from agentprobe.scan.severity import Severity, Tier
from agentprobe.scan.since import changed_since

TEN = "".join(f"line{number} = {number}\n" for number in range(1, 11))
Git = Callable[..., None]


def finding(path: str, line: int, end: int = 0, origin: Place | None = None) -> Finding:
    return Finding(
        rule="r",
        code="ERR001",
        message="m",
        place=Place(path=path, line=line, end_line=end),
        severity=Severity.HIGH,
        tier=Tier.PROVED,
        origins=(Origin(name="n", value="v", source="s", place=origin),) if origin is not None else (),
    )


@pytest.fixture
def git(tmp_path: Path) -> Git:
    def run(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(tmp_path), *who, *words], check=True, capture_output=True)

    run("init", "-b", "main")
    (tmp_path / "old.py").write_text(TEN)
    (tmp_path / "gone.py").write_text("x = 1\n")
    (tmp_path / "set.json").write_text('{\n"a": 1,\n"b": 2\n}\n')
    run("add", ".")
    run("commit", "-m", "first")
    return run


def test_a_changed_line_counts_and_the_others_do_not(git: Git, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(TEN.replace("line5 = 5", "line5 = 50\nmore = 1"))
    since = changed_since(tmp_path, "HEAD")
    assert [line for line in range(1, 12) if since.concerns(finding("old.py", line))] == [5, 6]
    assert since.concerns(finding("old.py", 3, end=5))
    assert not since.concerns(finding("other.py", 5))


def test_lines_around_what_was_taken_out_count(git: Git, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(TEN.replace("line5 = 5\n", ""))
    since = changed_since(tmp_path, "HEAD")
    assert [line for line in range(1, 11) if since.concerns(finding("old.py", line))] == [4, 5]


def test_new_files_count_as_a_whole_whether_they_are_committed_or_not(git: Git, tmp_path: Path) -> None:
    (tmp_path / "new one.py").write_text(TEN)
    git("add", ".")
    git("commit", "-m", "second")
    (tmp_path / 'odd "ü".py').write_text(TEN)
    since = changed_since(tmp_path, "HEAD~1")
    assert since.concerns(finding("new one.py", 9))
    assert since.concerns(finding('odd "ü".py', 9))
    git("add", ".")
    assert changed_since(tmp_path, "HEAD").concerns(finding('odd "ü".py', 9))


def test_a_renamed_file_counts_where_it_was_changed_and_a_deleted_one_is_no_trouble(
    git: Git, tmp_path: Path
) -> None:
    git("mv", "old.py", "moved.py")
    (tmp_path / "moved.py").write_text(TEN.replace("line2 = 2", "line2 = 20"))
    (tmp_path / "gone.py").unlink()
    since = changed_since(tmp_path, "HEAD")
    assert [line for line in range(1, 11) if since.concerns(finding("moved.py", line))] == [2]
    assert not since.concerns(finding("gone.py", 1))


def test_a_settings_file_is_read_as_a_whole(git: Git, tmp_path: Path) -> None:
    (tmp_path / "set.json").write_text('{\n"a": 1,\n"b": 3\n}\n')
    assert changed_since(tmp_path, "HEAD").concerns(finding("set.json", 1))


def test_a_finding_that_rests_on_a_changed_line_of_another_file_counts(git: Git, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(TEN.replace("line5 = 5", "line5 = 50"))
    since = changed_since(tmp_path, "HEAD")
    assert since.concerns(finding("calls.py", 1, origin=Place(path="old.py", line=5)))
    assert not since.concerns(finding("calls.py", 1, origin=Place(path="old.py", line=7)))


def test_what_the_other_branch_did_meanwhile_is_not_ours(git: Git, tmp_path: Path) -> None:
    git("checkout", "-b", "ours")
    (tmp_path / "old.py").write_text(TEN.replace("line5 = 5", "line5 = 50"))
    git("commit", "-am", "ours")
    git("checkout", "main")
    (tmp_path / "old.py").write_text(TEN.replace("line9 = 9", "line9 = 90"))
    git("commit", "-am", "theirs")
    git("checkout", "ours")
    since = changed_since(tmp_path, "main")
    assert [line for line in range(1, 11) if since.concerns(finding("old.py", line))] == [5]


def test_a_folder_within_a_repository_tells_its_own_paths(git: Git, tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "new.py").write_text(TEN)
    git("add", ".")
    since = changed_since(tmp_path / "part", "HEAD")
    assert since.new == {"new.py"}


def test_settings_of_a_person_do_not_change_how_the_diff_is_read(git: Git, tmp_path: Path) -> None:
    git("config", "diff.noprefix", "true")
    git("config", "diff.external", "false")
    git("config", "color.ui", "always")
    (tmp_path / "old.py").write_text(TEN.replace("line5 = 5", "--- a/x"))
    assert changed_since(tmp_path, "HEAD").lines == {"old.py": ((5, 5),)}


def test_no_repository_and_no_such_revision_are_wrong_use(
    git: Git, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(ConfigError, match="git knows no revision 'mian'; did you mean 'main'"):
        changed_since(tmp_path, "mian")
    with pytest.raises(ConfigError, match="git knows no revision '--output=x'"):
        changed_since(tmp_path, "--output=x")
    with pytest.raises(ConfigError, match="is in no git repository"):
        changed_since(tmp_path_factory.mktemp("bare"), "main")
