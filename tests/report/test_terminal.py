from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from agentprobe.lab.findings import Findings, Trouble
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


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_figure_is_cut_or_broken_however_narrow_the_terminal(found: Findings, width: int) -> None:
    drawn = _drawn(found, width)
    figures = [f"{share:.0f} %" for share in (100, 42, 12, 98, 95)] + ["28–56 %", "81–100 %", "87 %"]
    assert [figure for figure in figures if figure not in drawn] == []
    assert "…" not in drawn
    assert max(map(len, drawn.splitlines())) <= width


def test_a_long_schedule_is_folded_where_its_parts_meet(found: Findings) -> None:
    schedule = "tool_error(after=true)@tool:refund_order:1"
    cells = tuple(replace(cell, schedule=schedule) for cell in found.matrix)
    drawn = [line.split("  ")[0] for line in _drawn(replace(found, matrix=cells), 80).splitlines()]
    assert "tool_error(after=true)" in drawn
    assert "@tool:refund_order:1" in drawn


def test_an_agent_that_the_gate_does_not_name_is_not_judged(found: Findings) -> None:
    reasons = tuple(reason for reason in found.verdict.reasons if reason.agent != "careful")
    drawn = _drawn(replace(found, verdict=replace(found.verdict, reasons=reasons)), 100)
    assert "not judged   careful\n             it is not among the agents that [gate] names" in drawn


def test_an_agent_that_went_around_the_test_is_said(found: Findings) -> None:
    said = "not one model call of it was seen"
    assert said in _drawn(replace(found, silent=("careful",)), 120)
    assert said not in _drawn(found, 120)


def test_the_causes_of_errors_are_said_with_a_way_to_see_them_again(found: Findings) -> None:
    troubles = [
        Trouble(reason=f"the provider failed: status {status}", count=3, reproduce=f"again {status}")
        for status in range(500, 508)
    ]
    drawn = _drawn(replace(found, errors=24, troubles=tuple(troubles)), 80)
    assert "the provider failed: status 500  ×3" in drawn
    assert "again 500" in drawn
    assert "… and 3 more, in evidence.jsonl" in drawn
    assert "Errors" not in _drawn(found, 80)


def test_the_command_that_repeats_a_failure_stands_on_one_line(found: Findings) -> None:
    assert "agentprobe run --only a3f09c51d2aa" in _drawn(found, 80)
