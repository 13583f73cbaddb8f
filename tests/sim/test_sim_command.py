from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import pytest
from click.testing import CliRunner

from agentprobe.cli.commands.sim import command
from agentprobe.errors import ConfigError

START = "from agentprobe.cli.commands.sim import command; command()"
POLICY = """
from agentprobe.sim.policy import say

class Parrot:
    def options(self, request):
        return [say("cracker")]
"""


@contextmanager
def running(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, ended at the end whatever happened."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", START, *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def announced(process: subprocess.Popen[str]) -> dict[str, str]:
    """The variables that the command says to set."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    for line in process.stdout:
        if exported := re.fullmatch(r"export (\w+)=(\S+)\n", line):
            found[exported[1]] = exported[2]
        if line.startswith("export ANTHROPIC_API_KEY"):
            return found
    raise AssertionError(process.stderr.read() if process.stderr else "it said nothing")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_a_policy_of_this_folder_until_it_is_told_to_end(
    tmp_path: Path, ending: signal.Signals
) -> None:
    (tmp_path / "birds.py").write_text(POLICY)
    with running(tmp_path, "--policy", "birds:Parrot") as process:
        variables = announced(process)
        assert variables["ANTHROPIC_BASE_URL"] + "/v1" == variables["OPENAI_BASE_URL"]
        with openai.OpenAI(base_url=variables["OPENAI_BASE_URL"], api_key="any") as client:
            answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
        assert answer.choices[0].message.content == "cracker"
        process.send_signal(ending)
        assert process.wait(timeout=10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_the_policies_of_the_house_are_listed_in_one_sentence_each() -> None:
    shown = CliRunner().invoke(command, ["list"])
    assert shown.exit_code == 0
    assert "echo       Answers with the user's last words" in shown.output
    assert "tools      Calls every offered tool once" in shown.output


def test_an_unknown_policy_is_answered_with_the_nearest_before_anything_listens() -> None:
    with pytest.raises(ConfigError, match="did you mean 'tools'"):
        CliRunner().invoke(command, ["--policy", "tool"], catch_exceptions=False)


@pytest.mark.parametrize(
    "words", [["--port", "99999"], ["--tokens-per-second", "0"], ["--first-token", "-1"], ["lst"]]
)
def test_wrong_words_are_wrong_use(words: list[str]) -> None:
    shown = CliRunner().invoke(command, words)
    assert shown.exit_code == 2
