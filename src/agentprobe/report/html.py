"""The report as one self-contained page: no script from elsewhere, no font to fetch, light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from agentprobe.lab.findings import Cell, Findings
from agentprobe.report import words
from agentprobe.report.chart import density_curves


def page(findings: Findings) -> str:
    """The whole page; everything that came from outside is escaped."""
    return _template().render(
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


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("agentprobe.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["shade"] = shade
    environment.filters["plain"] = words.plain
    return environment.get_template("report.html.j2")
