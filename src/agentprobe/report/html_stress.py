"""A load as one self-contained page: curves, tables, what is wrong; light and dark."""

from __future__ import annotations

from agentprobe.lab.stress.found import Stressed
from agentprobe.report import stress_words as told
from agentprobe.report.stress_chart import curves, series
from agentprobe.report.template import template


def page(found: Stressed) -> str:
    """The whole page; everything that came from outside is escaped."""
    return template("stress").render(
        found=found, told=told, curves=curves(found), series=series(found.trends)
    )
