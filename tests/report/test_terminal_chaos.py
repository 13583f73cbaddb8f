"""A chaos campaign in a terminal: what stands there is true, and fits eighty columns."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.found import Campaigned, Cell, Hunted, Spent
from agentprobe.report import terminal_chaos


def cell(strike: str, **counts: int) -> Cell:
    told = {Reaction(name): times for name, times in counts.items()}
    fault = " + ".join(one.partition("@")[0] for one in strike.split(", "))
    return Cell(agent="desk", fault=fault, family="tool", strike=strike, counts=told)


def campaigned(*cells: Cell, **more: Any) -> Campaigned:
    settings: dict[str, Any] = {
        "project": "desk",
        "model": "clerk.toml",
        "simulated": True,
        "virtual": True,
        "observed": "2026-11-20T21:00:00+00:00",
        "seed": 0,
        "suite": "ci",
        "plan": "covering",
        "confidence": 0.95,
        "hunts": (Hunted(agent="desk", task="run", rows=None, strikes=len(cells)),),
        "cells": cells,
        "minimal": (),
        "spent": Spent(runs=9, tokens=100, injections=7, seconds=1.5),
        "folder": ".agentprobe/chaos/1f",
    }
    return Campaigned(**(settings | more))


def drawn(found: Campaigned) -> str:
    file = StringIO()
    Console(file=file, width=80).print(terminal_chaos.draw(found))
    return file.getvalue()


def test_columns_in_which_nothing_is_counted_leave_their_room_to_the_faults() -> None:
    said = drawn(
        campaigned(cell("latency(shape=degrading)@tool:refund:1", recovered=1), cell("x@model", lied=2))
    )
    assert "latency(shape=degrading)@tool:refund:1" in said
    assert "recovered  lied" in said
    assert "noticed" not in said


def test_what_failed_and_could_not_be_tried_again_is_said_and_is_no_pass() -> None:
    hunt = Hunted(
        agent="desk",
        task="run",
        rows=None,
        strikes=3,
        unfinished="the budget of 5 runs is used up",
        unsettled=("cut_answer@model:2",),
    )
    found = campaigned(cell("cut_answer@model:2", lied=1), hunts=(hunt,))
    said = " ".join(drawn(found).split())
    assert (
        "failed, and could not be tried again: cut_answer@model:2; the same command goes on with it" in said
    )
    assert "not settled: 1 failing run could not be tried again" in said
    assert "nothing found that breaks it" not in said
    assert found.exit_code == 3


def test_faults_that_struck_together_do_not_stand_under_alone() -> None:
    hunt = Hunted(agent="desk", task="run", rows=None, strikes=2, certificate="struck as written")
    said = drawn(campaigned(cell("wrong_entity@tool:1, rate_limited@model:3", recovered=1), hunts=(hunt,)))
    assert "These faults together" in said
    assert "alone" not in said


@pytest.mark.parametrize(("runs", "expected"), [(0, "nothing was run anew"), (1, "1 run, 0 faults struck")])
def test_a_report_on_what_is_known_says_that_nothing_was_run(runs: int, expected: str) -> None:
    assert expected in drawn(campaigned(cell("x@model", recovered=1), spent=Spent(runs=runs)))


def test_notes_on_tools_are_read_in_the_terminal_too() -> None:
    assert "note: seen only in the model traffic: refund" in drawn(
        campaigned(cell("x@model", recovered=1), notes=("seen only in the model traffic: refund",))
    )
