"""`agentprobe trace --dev … --prod …`: the same question with development's and production's settings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from agentprobe.cli.commands.trace import command
from agentprobe.errors import ConfigError
from agentprobe.trace.read import read_trace

AGENT = """
import httpx

asked = {"model": "m", "temperature": 0.3, "messages": [{"role": "user", "content": "Which?"}]}
answer = httpx.post("https://api.openai.com/v1/chat/completions", json=asked, timeout=60)
print(answer.json()["choices"][0]["message"]["content"])
"""
SCRIPT = """
[[turns]]
text = "The first."
alternatives = [{ text = "The second.", weight = 1.0 }, { text = "The third.", weight = 1.0 }]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "agent.py").write_text(AGENT)
    (tmp_path / "policy.toml").write_text(SCRIPT)
    return tmp_path


def drift(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = (
        "trace",
        *("--sim", "policy.toml", "--out", "traces", "--json", "drift.json"),
        *words,
        *("--", sys.executable, "agent.py"),
    )
    return subprocess.run(
        [sys.executable, "-m", "agentprobe.cli", *line],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_a_temperature_above_zero_gives_other_outputs_than_zero(folder: Path) -> None:
    done = drift(folder, "--dev", "temperature=0", "--prod", "temperature=1", "--times", "6")
    assert done.returncode == 1, done.stderr
    assert "drift: production's settings give other outputs" in done.stderr
    facts = json.loads((folder / "drift.json").read_text())
    assert list(facts["dev"]["hashes"].values()) == [6]
    assert len(facts["prod"]["hashes"]) > 1
    assert facts["words_in_common"]["dev"] == 1.0 > facts["words_in_common"]["across"]


def test_the_model_is_really_asked_with_these_settings_and_the_agent_stays_as_it_is(folder: Path) -> None:
    drift(folder, "--dev", "temperature=0,max_tokens=50", "--prod", "temperature=0.9")
    (dev,) = (folder / "traces").rglob("dev-1.jsonl")
    (prod,) = (folder / "traces").rglob("prod-1.jsonl")
    assert [call.settings.temperature for call in read_trace(dev).calls if call.settings] == [0.3]
    asked = [call.request for call in (*read_trace(dev).asked, *read_trace(prod).asked)]
    assert [(one["temperature"], one.get("max_completion_tokens")) for one in asked] == [(0, 50), (0.9, None)]


def test_equal_settings_show_no_drift(folder: Path) -> None:
    (folder / "dev.toml").write_text("temperature = 0\n")
    (folder / "prod.json").write_text('{"temperature": 0, "top_p": 1}')
    done = drift(folder, "--dev", "dev.toml", "--prod", "prod.json", "--times", "2")
    assert done.returncode == 0, done.stderr
    assert "no drift: the same outputs with both settings" in done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--dev", "temperature=0"), "give both --dev and --prod"),
        (("--times", "3"), "add --dev and --prod"),
    ],
)
def test_half_a_drift_test_is_wrong_use(words: tuple[str, ...], expected: str) -> None:
    result = CliRunner().invoke(command, [*words, "--", "true"])
    assert result.exit_code == 2
    assert expected in result.output


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("temprature=0", "did you mean 'temperature'"),
        ("temperature=warm", "temperature"),
        ("temperature", "sets nothing"),
        ("gone.toml", "cannot read gone.toml"),
    ],
)
def test_settings_that_cannot_be_read_are_said_with_their_place(settings: str, expected: str) -> None:
    words = ["--dev", settings, "--prod", "temperature=0", "--", "true"]
    result = CliRunner().invoke(command, words)
    assert isinstance(result.exception, ConfigError)
    assert expected in str(result.exception)
