"""The report as one self-contained page: no script from elsewhere, no font to fetch, light and dark."""

from __future__ import annotations

from collections.abc import Mapping

from agentprobe.lab.findings import Cell, Findings
from agentprobe.report import words
from agentprobe.report.chart import density_curves
from agentprobe.report.template import template


def page(findings: Findings) -> str:
    """The whole page; everything that came from outside is escaped."""
    return template("report").render(
        shade=shade,
        found=findings,
        chart=density_curves(findings.curves, findings.required),
        schedules=list(dict.fromkeys(cell.schedule for cell in findings.matrix)),
        cell=_cells(findings),
        words=words,
    )


def _cells(findings: Findings) -> Mapping[tuple[str, str], Cell]:
    """The matrix by schedule and agent, over all densities that were tried."""
    return {(cell.schedule, cell.agent): cell for cell in findings.matrix if cell.rows is None}


def shade(cell: Cell | None) -> str:
    """The class that colours a cell; the words in it say the same."""
    if cell is None or not cell.rate.runs:
        return "unseen"
    steps = ((0.95, "good"), (0.8, "fair"), (0.5, "poor"))
    return next((name for least, name in steps if cell.rate.value >= least), "bad")
