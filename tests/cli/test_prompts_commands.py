"""The commands on prompts, as a user goes from one to the next."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from agentprobe.cli.main import main
from agentprobe.scan.prompts.lock import read_lock

REVIEW = ["--reviewed-by", "Ann", "--reason", "customers asked for it"]


@pytest.fixture
def project(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny project as the folder where the user stands."""
    monkeypatch.chdir(tiny)
    monkeypatch.setenv("COLUMNS", "150")
    return tiny


def test_from_show_to_lock_to_drift_to_review(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "show"]) == 0
    assert "new" in capsys.readouterr().out
    assert main(["prompts", "check"]) == 2, "there is no lock yet"
    assert main(["prompts", "lock"]) == 0
    assert main(["prompts", "check"]) == 0
    written = (project / "agentprobe.lock").read_bytes()
    assert main(["prompts", "lock"]) == 0
    assert (project / "agentprobe.lock").read_bytes() == written

    with (project / "prompts/system.txt").open("a") as file:
        file.write("Be brief.\n")
    capsys.readouterr()
    assert main(["prompts", "check", "--json", "drift.json"]) == 1
    assert "+Be brief." in capsys.readouterr().out
    (drift,) = json.loads((project / "drift.json").read_text())
    assert drift["change"] == "changed"
    assert main(["prompts", "lock", *REVIEW]) == 0
    (entry,) = read_lock(project / "agentprobe.lock").entries
    assert (entry.was, entry.reviewed_by) == (drift["old"], "Ann")
    assert main(["prompts", "check"]) == 0


def test_a_review_needs_a_name_and_a_reason(project: Path) -> None:
    assert main(["prompts", "lock", "--reviewed-by", "Ann"]) == 2


def test_a_folder_without_prompts_is_not_observed(tmp_path: Path) -> None:
    assert main(["prompts", "show", "--project", str(tmp_path)]) == 3
    assert main(["prompts", "lock", "--project", str(tmp_path)]) == 3


def test_one_prompt_is_shown_whole(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "show", "prompts/system.txt"]) == 0
    assert capsys.readouterr().out == (project / "prompts/system.txt").read_text() + "\n"
    assert main(["prompts", "show", "prompts/sistem.txt"]) == 2
    assert "did you mean 'prompts/system.txt'" in capsys.readouterr().err


AGENT = """
import json, os, urllib.request
system = open("prompts/system.txt").read().replace("{name}", "Ann")
messages = [{"role": "system", "content": system}, {"role": "user", "content": "hello"}]
body = {"model": "m", "messages": messages}
request = urllib.request.Request(
    os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
    {"Content-Type": "application/json", "Authorization": "Bearer x"},
)
print(json.load(urllib.request.urlopen(request))["choices"][0]["message"]["content"])
"""


def test_what_a_run_has_said_is_held_against_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prompts").mkdir()
    prompt = tmp_path / "prompts/system.txt"
    prompt.write_text("You are the desk of a shop. You speak with {name}. Be brief.\n")
    (tmp_path / "agent.py").write_text(AGENT)
    (tmp_path / "desk.toml").write_text('[[turns]]\ntext = "Hello."\n')
    traced = ["trace", "--sim", "desk.toml"]
    assert main(["prompts", "lock"]) == 0
    assert main([*traced, "--out", "one.jsonl", "--", "python", "agent.py"]) == 0
    assert "not under lock" not in capfd.readouterr().err
    assert main(["prompts", "check", "--trace", "one.jsonl"]) == 0

    prompt.write_text("You are the desk of a shop. You speak with {name}. Be verbose.\n")
    assert main([*traced, "--out", "two.jsonl", "--", "python", "agent.py"]) == 0
    assert "1 of 1 system prompts not under lock" in " ".join(capfd.readouterr().err.split())
    assert main(["prompts", "check", "--trace", "one.jsonl", "--trace", "two.jsonl"]) == 1
    said = capfd.readouterr().out
    assert "+You are the desk of a shop. You speak with Ann. Be verbose." in said


def test_prompts_that_stand_in_no_file_are_locked_as_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = AGENT.replace('open("prompts/system.txt").read()', "os.environ['TOLD']")
    (tmp_path / "agent.py").write_text(told)
    (tmp_path / "desk.toml").write_text('[[turns]]\ntext = "Hello."\n')
    monkeypatch.setenv("TOLD", "Speak as pirates do, of gold and of rum.")
    assert main(["trace", "--sim", "desk.toml", "--out", "run.jsonl", "--", "python", "agent.py"]) == 0
    assert main(["prompts", "lock"]) == 3
    assert main(["prompts", "lock", "--trace", "run.jsonl"]) == 0
    (entry,) = read_lock(tmp_path / "agentprobe.lock").entries
    assert entry.id == "seen:speak-as-pirates-do-of-gold"
    assert main(["prompts", "check"]) == 0
    assert main(["prompts", "check", "--trace", "run.jsonl"]) == 0


POLICY_CHANGE = ("You look after people", "You are careful and look after people")


def test_a_changed_prompt_that_shifts_outputs_needs_a_review(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The policy of the tiny project asks back when its prompt says 'careful' and two have the name."""
    prompt = project / "prompts/system.txt"
    assert main(["prompts", "lock"]) == 0
    before = prompt.read_text()
    prompt.write_text(before.replace(*POLICY_CHANGE))
    regress = ["prompts", "regress", "lock", ".", "--agent", "plain", "--rows", "200", "--repetitions", "1"]
    capsys.readouterr()
    assert main([*regress, "--json", "shift.json"]) == 1
    said = capsys.readouterr().out
    assert "review needed" in said
    assert "at 95 %" in said
    assert json.loads((project / "shift.json").read_text())["share"] > 0.1
    assert prompt.read_text() == before.replace(*POLICY_CHANGE), "the project itself is not touched"

    subprocess.run(["git", "init", "-q"], check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    prompt.write_text(before)
    subprocess.run(["git", "add", "-A"], check=True)
    subprocess.run(["git", *identity, "commit", "-qm", "as it was"], check=True)
    prompt.write_text(before.replace(*POLICY_CHANGE))
    assert main(["prompts", "lock", *REVIEW]) == 0
    capsys.readouterr()
    assert main(["prompts", "regress", "HEAD", ".", *regress[4:]]) == 0
    assert "reviewed by Ann" in capsys.readouterr().out


def test_a_change_that_no_model_sees_is_not_observed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "prompts/other.txt").write_text("You are never asked anything at all.\n")
    assert main(["prompts", "lock"]) == 0
    (project / "prompts/other.txt").write_text("You are now asked, but nobody reads this.\n")
    few = ["--agent", "plain", "--rows", "10", "--repetitions", "1", "--task", "where-1"]
    assert main(["prompts", "regress", "lock", ".", *few]) == 3
    assert "told the same" in capsys.readouterr().out


def test_versions_that_cannot_be_compared_say_why(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "lock"]) == 0
    assert main(["prompts", "regress", "lock", "."]) == 2
    assert "are the same" in capsys.readouterr().err
    assert main(["prompts", "regress", "no-such-thing", "."]) == 2
    assert "neither a file nor a revision" in capsys.readouterr().err
    shutil.copy("prompts/system.txt", "new.md")
    assert main(["prompts", "regress", ".", "new.md"]) == 2
    assert "--prompt" in capsys.readouterr().err
