"""`agentprobe scan --watch` as a process: a file that changes is looked at again, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

SWALLOWS = """from openai import OpenAI

client = OpenAI(timeout=30)


def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception:
        return None
"""
MENDED = SWALLOWS.replace(
    "    except Exception:\n        return None\n", "    finally:\n        print(messages)\n"
)
PATIENCE = 60.0


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, which is ended if it says nothing for too long."""
    (tmp_path / "agent.py").write_text(SWALLOWS)
    with subprocess.Popen(
        [sys.executable, "-m", "agentprobe.cli", "scan", "--select", "ERR001", "--watch"],
        cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        timer = threading.Timer(PATIENCE, child.kill)
        timer.start()
        yield child
        timer.cancel()
        child.kill()


def until(child: subprocess.Popen[str], ending: str) -> str:
    """What it says up to the line with the sums."""
    assert child.stdout is not None
    said = ""
    for line in child.stdout:
        said += line
        if ending in line:
            return said
    pytest.fail(f"it ended before it said {ending!r}: {said}")


def test_a_mended_finding_disappears_and_a_new_one_comes(
    watching: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert "model-error-swallowed  agent.py:9" in until(watching, "1 finding ")
    (tmp_path / "agent.py").write_text(MENDED)
    assert "model-error-swallowed" not in until(watching, "nothing found in 1 file")
    (tmp_path / "other.py").write_text(SWALLOWS)
    assert "model-error-swallowed  other.py:9" in until(watching, "1 finding ")
    watching.send_signal(signal.SIGINT)
    assert watching.wait(timeout=PATIENCE) == 1


def test_ctrl_c_ends_it_with_the_exit_code_of_the_last_scan(
    watching: subprocess.Popen[str], tmp_path: Path
) -> None:
    until(watching, "1 finding ")
    (tmp_path / "agent.py").write_text(MENDED)
    until(watching, "nothing found in 1 file")
    watching.send_signal(signal.SIGINT)
    assert watching.wait(timeout=PATIENCE) == 0
