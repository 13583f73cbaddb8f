"""A run that is ended from outside leaves in good order: in words, with nothing of it left running."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Started = Callable[..., "subprocess.Popen[str]"]
ENDLESS = """
def build(folder, rows, seed):
    (folder / "half").write_text("half")
    while True:
        pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_from_outside_says_so_and_leaves_nothing(
    tiny: Path, start: Started, number: signal.Signals
) -> None:
    (tiny / "world.py").write_text(ENDLESS)
    with start("run", "--rows", "10") as child:
        assert child.stderr is not None
        said = [next(child.stderr), next(child.stderr)]
        assert said == ["preparing agents\n", "preparing worlds of 10 rows\n"]
        child.send_signal(number)
        try:
            assert child.wait(timeout=30) == 130
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        assert child.stderr.read().strip() == "agentprobe: interrupted"
