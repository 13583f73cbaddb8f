"""The density curve as a picture that follows the reader's light or dark theme."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentprobe.lab.findings import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SERIES = ("--series-1", "--series-2", "--series-3", "--series-4", "--series-5", "--series-6")
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", "--", "-.", ":")
_INK = {"#010101": "var(--ink)", "#020202": "var(--muted)", "#030303": "var(--line)"}
_INK |= {f"#0a0a{number:02x}": f"var({name})" for number, name in enumerate(SERIES, start=1)}
"""The charting library knows no CSS variables: it draws in these colours, which are then replaced."""


def density_curves(curves: Sequence[Curve], required: float) -> str:
    """An SVG of pass rate over rows, one line an agent, each point with its interval; "" without points."""
    drawn = [curve for curve in curves if any(point.rows for point in curve.points)]
    if not drawn:
        return ""
    from matplotlib import rc_context  # a second to load, which a report without a drawing need not wait
    from matplotlib.figure import Figure

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "agentprobe", "font.family": ["sans-serif"]}):
        figure = Figure(figsize=(7.6, 3.9), layout="constrained")
        axes = figure.subplots()
        for number, curve in enumerate(drawn):
            _draw(axes, curve, number, len(drawn))
        _frame(axes, drawn, required)
        drawing = io.StringIO()
        figure.savefig(
            drawing,
            format="svg",
            transparent=True,
            metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
        )
    return themed(drawing.getvalue(), "Pass rate by number of rows")


def _draw(axes: Axes, curve: Curve, number: int, of: int) -> None:
    points = [point for point in curve.points if point.rows and point.rate.runs]
    shift = 1.06 ** (number - (of - 1) / 2)  # so that intervals of several agents do not hide each other
    x = [point.rows * shift for point in points if point.rows]
    y = [point.rate.value * 100 for point in points]
    below = [max(point.rate.value - point.rate.low, 0) * 100 for point in points]
    above = [max(point.rate.high - point.rate.value, 0) * 100 for point in points]
    axes.errorbar(
        x,
        y,
        yerr=[below, above],
        label=curve.agent,
        color=f"#0a0a{number % len(SERIES) + 1:02x}",
        marker=MARKERS[number % len(MARKERS)],
        linestyle=DASHES[number % len(DASHES)],
        markersize=6,
        linewidth=2,
        elinewidth=1.4,
        capsize=4,
    )


def _frame(axes: Axes, curves: Sequence[Curve], required: float) -> None:
    rows = sorted({point.rows for curve in curves for point in curve.points if point.rows})
    axes.set_xscale("log")
    axes.set_xlim(min(rows) / 1.6, max(rows) * 1.6)
    axes.set_xticks(rows, [f"{number:,}" for number in rows])
    axes.minorticks_off()
    axes.set_ylim(-4, 106)
    axes.set_yticks(range(0, 101, 20), [f"{share} %" for share in range(0, 101, 20)])
    axes.set_xlabel("rows in the world", color="#020202")
    axes.set_ylabel("runs that passed", color="#020202")
    axes.tick_params(colors="#020202", length=0)
    axes.grid(axis="y", color="#030303", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.axhline(required * 100, color="#010101", linewidth=1, linestyle=(0, (2, 3)))
    left = min(rows) ** 0.72 * max(rows) ** 0.28
    axes.annotate(f"required: {required:.0%}", (left, required * 100 - 4.6), fontsize=8.5, color="#010101")
    axes.legend(loc="lower left", frameon=False, labelcolor="#010101", fontsize=9.5, handlelength=3)


def themed(svg: str, label: str) -> str:
    """A drawing in the page's own colours, with a label for those who cannot see it."""
    svg = svg[svg.index("<svg") :]
    for colour, variable in _INK.items():
        svg = svg.replace(colour, variable)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
