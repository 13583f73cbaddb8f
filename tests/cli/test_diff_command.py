"""`agentprobe diff`: both ways of naming runs, every exit code, every form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.cli.main import main
from agentprobe.domain.call import Call, Kind
from agentprobe.kernel.boundary import Boundary
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.writer import TraceWriter

Said = pytest.CaptureFixture[str]


def record(path: Path, *tools: str) -> Path:
    """A run that called these tools."""
    path.parent.mkdir(parents=True, exist_ok=True)
    clock, writer = VirtualClock(), TraceWriter(path)
    writer.header(session=path.stem)
    boundary = Boundary([Recorder(writer, clock)], clock)
    for tool in tools:
        boundary.call(Call(kind=Kind.TOOL, name=tool, request={}), lambda _: "ok")
    writer.end()
    return path


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str, str]:
    """Two runs that are the same, and one that is not."""
    return (
        str(record(tmp_path / "trace_001.json", "look", "send")),
        str(record(tmp_path / "trace_002.json", "look", "send")),
        str(record(tmp_path / "trace_003.json", "look", "drop")),
    )


def test_the_exit_code_says_whether_the_runs_differ(runs: tuple[str, str, str], capsys: Said) -> None:
    one, same, other = runs
    assert main(["diff", one, same]) == 0
    assert "The runs are the same." in capsys.readouterr().out
    assert main(["diff", one, other]) == 1
    assert "The runs part at step 2 (tool send → drop): tool choice." in capsys.readouterr().out


def test_runs_can_be_named_by_options(runs: tuple[str, str, str]) -> None:
    one, same, other = runs
    assert main(["diff", "--run-a", one, "--run-b", same]) == 0
    assert main(["diff", "--run-a", one, "--run-b", other]) == 1


def test_json_alone_goes_to_standard_output_and_everything_goes_to_files(
    runs: tuple[str, str, str], tmp_path: Path, capsys: Said
) -> None:
    one, _, other = runs
    assert main(["diff", one, other, "--json", "-"]) == 1
    assert json.loads(capsys.readouterr().out)["first"]["cause"] == "tool choice"
    assert main(["diff", one, other, "--json", str(tmp_path / "x"), "--html", str(tmp_path / "y")]) == 1
    assert json.loads((tmp_path / "x").read_bytes())["same"] is False
    assert "tool choice" in (tmp_path / "y").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["diff"], "agentprobe diff A B"),
        (["diff", "{one}"], "agentprobe diff A B"),
        (["diff", "--run-a", "{one}"], "--run-b"),
        (["diff", "{one}", "{none}"], "does not exist"),
        (["diff", "{one}", "{empty}"], "is empty"),
        (["diff", "{one}", "{folder}"], "holds no trace"),
    ],
)
def test_wrong_use_is_said_with_what_to_do(words: list[str], said: str, tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "other.json").write_text("{}")
    places = {
        "one": record(tmp_path / "one.jsonl", "look"),
        "none": tmp_path / "none",
        "empty": tmp_path / "empty.jsonl",
        "folder": tmp_path / "folder",
        "set": record(tmp_path / "set" / "1.jsonl", "look").parent,
    }
    record(tmp_path / "set" / "2.jsonl", "look")
    assert main([word.format(**places) for word in words]) == 2
    assert said in capsys.readouterr().err


def test_sets_say_which_behaviours_moved(tmp_path: Path, capsys: Said) -> None:
    for number in range(12):
        record(tmp_path / "before" / f"{number}.jsonl", "look", "send")
        record(tmp_path / "after" / f"{number}.jsonl", "look", *(["drop"] if number else ["send"]))
    assert main(["diff", str(tmp_path / "before"), str(tmp_path / "after")]) == 1
    said = capsys.readouterr().out
    assert "2 behaviours moved." in said
    assert "tool used: drop" in said
    assert main(["diff", str(tmp_path / "before"), str(tmp_path / "before"), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True


def test_few_runs_are_said_to_be_few(tmp_path: Path, capsys: Said) -> None:
    files = [str(record(tmp_path / f"{number}.jsonl", "look")) for number in range(3)]
    words = ["--run-a", files[0], "--run-a", files[1], "--run-b", files[2]]
    assert main(["diff", *words]) == 0
    assert "so few runs" in capsys.readouterr().out
