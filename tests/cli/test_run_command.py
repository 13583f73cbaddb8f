"""`agentprobe run` as a person types it: its report, its exit code, and how it takes what goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.cli.main import main

Started = Callable[..., "subprocess.Popen[str]"]
PART = ("--rows", "10", "--task", "where-1", "--no-faults", "--repetitions", "1")


def done(child: subprocess.Popen[str], seconds: float = 120) -> tuple[int, str, str]:
    """Exit code, output and errors of a child that ends by itself."""
    try:
        out, err = child.communicate(timeout=seconds)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return child.returncode, out, err


def evidence(folder: Path) -> list[dict[str, object]]:
    (path,) = (folder / ".agentprobe" / "runs").glob("*/evidence.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()[1:]]


def set_to(folder: Path, old: str, new: str) -> None:
    path = folder / "agentprobe.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_whole_way_from_settings_to_a_verdict(tiny: Path, start: Started) -> None:
    code, out, err = done(start("run", "--html", "report.html", "--json", "found.json"))
    assert code == 0, err
    assert "72 of 72 runs" in out
    assert "guessed" in out
    assert "Verdict: PASS" in out
    assert "agentprobe run --only " in out
    assert "<html" in (tiny / "report.html").read_text()
    found = json.loads((tiny / "found.json").read_text())
    assert found["verdict"]["decision"] == "pass"
    assert found["simulated"] is True
    assert {curve["agent"] for curve in found["curves"]} == {"plain", "careful"}


def test_the_exit_code_is_the_verdicts(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tiny)
    set_to(tiny, "pass_rate = 0.5", "pass_rate = 0.9")
    assert main(["run", "--no-faults", "--rows", "10", "--repetitions", "1"]) == 3
    assert "NOT OBSERVED" in capfd.readouterr().out
    set_to(tiny, 'agents = ["careful"]', 'agents = ["plain"]')
    set_to(tiny, "rows = 10\n", "rows = 200\n")
    assert main(["run", "--no-faults", "--repetitions", "1"]) == 1
    assert "FAIL" in capfd.readouterr().out


def test_one_run_is_seen_again_with_its_trace(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tiny)
    assert main(["run", *PART, "--agent", "plain"]) in (0, 3)
    before = evidence(tiny)
    run = before[0]["run"]
    assert isinstance(run, dict)
    assert main(["run", "--only", run["key"][:12]]) == 0
    out = capfd.readouterr().out
    assert "tool find(name=Jo 1)" in out
    assert "It came out the same as before." in out
    assert evidence(tiny) == before


def test_a_run_that_came_out_otherwise_is_said_with_what_differs(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tiny)
    assert main(["run", *PART, "--agent", "plain"]) in (0, 3)
    (path,) = (tiny / ".agentprobe" / "runs").glob("*/evidence.jsonl")
    path.write_text(path.read_text().replace("Jo 1 lives in City1.", "Jo 1 lives in City2."))
    run = evidence(tiny)[0]["run"]
    assert isinstance(run, dict)
    assert main(["run", "--only", run["key"][:12]]) == 1
    assert "answer: 'Jo 1 lives in City2.' before, 'Jo 1 lives in City1.' now" in capfd.readouterr().out


def test_an_answer_that_is_shown_again_cannot_move_the_cursor(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tiny / "rude.py").write_text('def run(prompt):\n    return "two\\nlines \\x1b[2J[red]"\n')
    set_to(tiny, 'call = "agent:run"', 'call = "rude:run"')
    monkeypatch.chdir(tiny)
    main(["run", *PART, "--agent", "plain"])
    run = evidence(tiny)[0]["run"]
    assert isinstance(run, dict)
    assert "\x1b" not in capfd.readouterr().out
    assert main(["run", "--only", run["key"][:12]]) == 0
    out = capfd.readouterr().out
    assert "answer: two\nlines  [2J[red]\n" in out
    assert "\x1b" not in out


def test_a_run_that_is_not_known_is_said(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tiny)
    assert main(["run", "--only", "nosuchkey"]) == 2
    assert "no run has a key that begins with 'nosuchkey'" in capfd.readouterr().err


def test_an_interrupt_keeps_what_is_done_and_the_next_run_goes_on(tiny: Path, start: Started) -> None:
    source = (tiny / "agent.py").read_text()
    slow = source.replace("def run(prompt", "REAL = time.sleep\n\n\ndef run(prompt", 1)
    slow = slow.replace(
        "    messages = begin(prompt, style)\n", "    REAL(0.15)\n    messages = begin(prompt, style)\n", 1
    )
    (tiny / "agent.py").write_text(slow)
    words = ("run", "--agent", "plain", "--rows", "10", "--no-faults", "--repetitions", "8")
    child = start(*words)
    _until(lambda: len(_lines(tiny)) > 5, child)
    os.killpg(child.pid, signal.SIGINT)
    code, _, err = done(child)
    assert code == 130
    assert "of 48 runs are done and kept; the same command goes on with the rest" in err
    kept = _lines(tiny)
    assert 5 < len(kept) < 49
    code, _, err = done(start(*words))
    assert code in (0, 3), err
    assert f"48 runs, {len(kept) - 1} of them kept from before" in err
    assert _lines(tiny)[: len(kept)] == kept
    assert len(_lines(tiny)) == 49


def _lines(folder: Path) -> list[str]:
    paths = list((folder / ".agentprobe" / "runs").glob("*/evidence.jsonl"))
    return paths[0].read_text().splitlines() if paths else []


def _until(held: Callable[[], bool], child: subprocess.Popen[str]) -> None:
    for _ in range(1200):
        if held():
            return
        assert child.poll() is None, child.communicate()
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGKILL)
    raise AssertionError("nothing was written within a minute")


def test_a_kill_of_the_command_ends_its_workers_too(tiny: Path, start: Started) -> None:
    set_to(tiny, 'call = "agent:run"', 'call = "agent:hang"')
    child = start("run", "--agent", "plain", "--rows", "10", "--no-faults")
    _until(lambda: bool(list((tiny / ".agentprobe" / "runs").glob("*/work/*/overran"))), child)
    child.kill()
    child.communicate()
    for _ in range(200):
        if not _at_work_in(tiny):
            return
        time.sleep(0.05)
    raise AssertionError(f"still at work: {_at_work_in(tiny)}")


def _at_work_in(folder: Path) -> list[str]:
    """The processes whose working folder this is."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append(process.name)
        except OSError:
            continue
    return found


def test_a_disk_that_takes_no_more_is_said_and_what_was_done_is_kept(tiny: Path, start: Started) -> None:
    """A limit on the size of files stands for a disk that is full."""
    assert done(start("run", *PART, "--agent", "plain"))[0] in (0, 3)
    before = _lines(tiny)
    code, _, err = done(start("run", "--agent", "plain", "--rows", "10", before="ulimit -f 2"))
    assert code == 2, err
    assert "cannot" in err or "could not be written" in err
    assert "File too large" in err
    assert _lines(tiny)[: len(before)] == before
    assert done(start("run", "--agent", "plain", "--rows", "10"))[0] in (0, 3)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[run]", "[run", "this is no TOML"),
        ("repetitions = 2", "repetitons = 2", "unknown key 'repetitons'; did you mean 'repetitions'?"),
        ('call = "agent:run"', 'call = "agent:rum"', "agent has no 'rum'; did you mean 'run'?"),
        ("rate_limited@model:1", "rate_limitd@model:1", "did you mean 'rate_limited'?"),
        ('policy = "policy:Tiny"', 'policy = "policy:Tny"', "policy has no 'Tny'; did you mean 'Tiny'?"),
        ('build = "world:build"', 'build = "world:bild"', "world has no 'bild'; did you mean 'build'?"),
    ],
)
def test_bad_settings_are_said_in_one_line_with_exit_code_2(
    tiny: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    old: str,
    new: str,
    said: str,
) -> None:
    set_to(tiny, old, new)
    monkeypatch.chdir(tiny)
    assert main(["run", *PART]) == 2
    out, err = capfd.readouterr()
    assert said in err
    assert "Traceback" not in err
    assert out == ""


def test_a_missing_settings_file_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--config", "absent.toml"]) == 2
    assert "there is no settings file absent.toml" in capsys.readouterr().err
