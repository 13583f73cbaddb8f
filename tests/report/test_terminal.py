from __future__ import annotations

import io

from rich.console import Console

from agentprobe.lab.findings import Findings
from agentprobe.report.terminal import draw


def _drawn(found: Findings, width: int) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(draw(found))
    return console.export_text()


def test_the_verdict_comes_last_and_in_words(found: Findings) -> None:
    lines = _drawn(found, 100).strip().splitlines()
    assert lines[-1].strip() == "Verdict: FAIL"


def test_rates_come_with_their_intervals(found: Findings) -> None:
    drawn = _drawn(found, 80)
    assert "42 %" in drawn
    assert "28–56 %" in drawn


def test_untrusted_text_cannot_move_the_cursor(found: Findings) -> None:
    assert "\x1b" not in _drawn(found, 100)


def test_the_command_that_repeats_a_failure_stands_on_one_line(found: Findings) -> None:
    assert "agentprobe run --only a3f09c51d2aa" in _drawn(found, 80)
