"""`agentprobe scan --prove`: findings that a run has confirmed, in every form of the report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agentprobe.cli.main import main

AGENT = """
import sys

from openai import OpenAI

client = OpenAI(timeout=20)


def ask(messages):
    try:
        reply = client.chat.completions.create(model="gpt-4.1-mini", messages=messages)
        return reply.choices[0].message.content
    except Exception:
        return ""


def run(prompt: str) -> str:
    return ask([{"role": "user", "content": prompt}]) or "Order A-17 is on its way."


if __name__ == "__main__":
    print(run(sys.argv[1]))
"""
MENDED = AGENT.replace('or "Order A-17 is on its way."', 'or "I could not look: the model is unavailable."')
SETTINGS = """
[model]
policy = "clerk.toml"

[agents.desk]
call = "agent:run"

[[task]]
id = "where"
prompt = "Where is A-17?"
contains = ["Leeds"]
"""
Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "agent.py").write_text(AGENT)
    (tmp_path / "clerk.toml").write_text('[[turns]]\ntext = "Order A-17 is in Leeds."\n')
    (tmp_path / "agentprobe.toml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture
def told(project: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    def go(*words: str) -> tuple[int, str, str]:
        code = main(["scan", "--select", "ERR001", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


def test_a_confirmed_finding_says_so_and_how_to_see_it_again(told: Told) -> None:
    code, out, _ = told("--prove", "--workers", "1")
    assert code == 1
    assert "proof  confirmed: lied under " in out
    assert "again  agentprobe chaos --agent desk --task where --fault " in out
    assert "1 confirmed" in out.splitlines()[-1]


def test_the_command_that_it_names_shows_it_again(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    proof = json.loads(told("--prove", "--workers", "1", "--format", "json")[1])["findings"][0]["proof"]
    assert main(["chaos", "--workers", "1", "--fault", proof["strike"]]) == 1
    assert "lied" in capsys.readouterr().out


def test_the_mended_twin_is_not_confirmed_and_the_finding_stays(told: Told, project: Path) -> None:
    (project / "agent.py").write_text(MENDED)
    code, out, _ = told("--prove", "--workers", "1")
    assert code == 1
    assert "proof  not confirmed: " in out
    assert "noticed" in out
    assert "1 not confirmed" in out.splitlines()[-1]


def test_every_form_tells_the_proof(told: Told) -> None:
    prove = ("--prove", "--workers", "1", "--format")
    run = json.loads(told(*prove, "sarif")[1])["runs"][0]
    proof = run["results"][0]["properties"]["proof"]
    assert proof["state"] == "confirmed"
    assert proof["command"].startswith("agentprobe chaos --agent desk")
    junit = ElementTree.fromstring(told(*prove, "junit")[1])
    failure = next(junit.iter("failure"))
    assert "confirmed: lied under " in (failure.text or "")
    assert "confirmed: lied under " in told(*prove, "markdown")[1]
    assert "confirmed: lied under " in told(*prove, "github")[1]
    assert "(confirmed)" in told(*prove, "concise")[1]


def test_an_agent_behind_dashes_is_run_as_it_is(told: Told, project: Path) -> None:
    (project / "agentprobe.toml").unlink()
    words = ("--prove", "--sim", "clerk.toml", "--workers", "1", "--runs", "20")
    code, out, _ = told(*words, "--", sys.executable, "agent.py", "Where is A-17?")
    assert code == 1
    assert "proof  confirmed: strayed under rate_limited@model" in out
    assert "agentprobe chaos --sim clerk.toml --fault " in out


def test_without_an_agent_it_is_wrong_use(told: Told, project: Path) -> None:
    (project / "agentprobe.toml").unlink()
    code, _, err = told("--prove")
    assert code == 2
    assert "there is no agentprobe.toml that names one" in err


@pytest.mark.parametrize("other", ["--watch", "--effective", "--checklist", "--diff"])
def test_what_means_nothing_together_is_wrong_use(told: Told, other: str) -> None:
    code, _, err = told("--prove", other)
    assert code == 2
    assert f"--prove and {other} do not go together" in err


def test_an_option_of_proving_alone_is_wrong_use(told: Told) -> None:
    code, _, err = told("--runs", "3")
    assert code == 2
    assert "--runs is for --prove" in err


def test_nothing_is_disturbed_where_the_environment_is_production(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_ENV", "production")
    code, _, err = told("--prove")
    assert code == 2
    assert "nothing may be disturbed" in err
