from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agentprobe.basis.files import AppendLog, write_whole
from agentprobe.errors import AgentProbeError


def test_a_line_is_in_the_file_when_add_returns(tmp_path: Path) -> None:
    log = AppendLog(tmp_path / "new" / "log.jsonl")
    log.add(b"one")
    assert log.path.read_bytes() == b"one\n"


def test_two_writers_share_a_file(tmp_path: Path) -> None:
    with AppendLog(tmp_path / "log") as first, AppendLog(tmp_path / "log") as second:
        first.add(b"a")
        second.add(b"b")
        first.add(b"c")
    assert (tmp_path / "log").read_bytes() == b"a\nb\nc\n"


def test_a_full_disk_is_said_and_keeps_what_was_written(tmp_path: Path) -> None:
    """A file size limit stands in for the full disk: the same short write, then the same error."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from agentprobe.basis.files import AppendLog; from agentprobe.errors import AgentProbeError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "log = AppendLog(Path(sys.argv[1]))\n"
        "try:\n"
        "    for _ in range(10): log.add(b'x' * 29)\n"
        "except AgentProbeError as error: print(error)\n"
    )
    path = tmp_path / "log"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert "cannot write" in done.stdout
    assert "what it held is kept" in done.stdout
    assert path.read_bytes() == (b"x" * 29 + b"\n") * 3


def test_an_unwritable_folder_is_said_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AgentProbeError, match="file"):
        AppendLog(tmp_path / "file" / "log")


def test_a_whole_file_replaces_the_old_one_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a" / "report.html"
    write_whole(path, "old")
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]
