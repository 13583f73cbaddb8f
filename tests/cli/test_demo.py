"""`agentprobe demo` where the example cannot be put."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.cli.main import main


def test_a_folder_that_takes_no_example_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["demo", str(tmp_path / "file" / "demo")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("agentprobe: cannot put the example into ")
    assert "Not a directory" in said


def test_a_folder_that_holds_something_else_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("chapter one")
    assert main(["demo", str(tmp_path)]) == 2
    assert "holds something else; name another folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
