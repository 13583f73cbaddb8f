"""A comparison of two sets of runs as one self-contained page."""

from __future__ import annotations

from agentprobe.lab.behaviour import Movement, SetDiff
from agentprobe.report.sets_diff import verdict
from agentprobe.report.template import template
from agentprobe.report.trace_words import counted

MOST_ROWS = 500
"""So many behaviours stand on the page, those that moved first."""


def sets_page(found: SetDiff) -> str:
    """The whole page; everything that came from outside is escaped."""
    others = sorted((one for one in found.movements if not one.moved), key=lambda one: (one.group, one.name))
    return template("sets").render(
        found=found,
        verdict=verdict(found),
        sizes=[counted(runs, "run", "runs") for runs in (found.runs_a, found.runs_b)],
        tables=[("What moved", found.moved[:MOST_ROWS]), ("Not to be told from luck", others[:MOST_ROWS])],
        left_out=max(len(found.moved) - MOST_ROWS, 0) + max(len(others) - MOST_ROWS, 0),
        share=share,
    )


def share(one: Movement, side: str) -> float:
    """In what part of a side's runs a behaviour was seen."""
    times, runs = (one.a, one.runs_a) if side == "a" else (one.b, one.runs_b)
    return times / runs if runs else 0.0
