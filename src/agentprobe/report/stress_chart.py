"""A load's curves as pictures that follow the reader's light or dark theme."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from agentprobe.lab.stress.found import Figure, Loaded, Stressed, Trend
from agentprobe.report.chart import DASHES, MARKERS, themed
from agentprobe.report.stress_words import trend as trend_words

_INK, _MUTED, _LINE = "#010101", "#020202", "#030303"
_PERCENTILES: tuple[tuple[str, Callable[[Loaded], Figure | None]], ...] = (
    ("p50", lambda stage: stage.p50),
    ("p95", lambda stage: stage.p95),
    ("p99", lambda stage: stage.p99),
)


def curves(found: Stressed) -> str:
    """Latency and failures against the number of sessions at once; "" for a single level."""
    stages = [stage for stage in found.stages if stage.sessions]
    if len(stages) < 2:
        return ""
    return _picture(3.6, lambda picture: _curves(picture, stages), "Latency and failures by sessions at once")


def series(trends: Sequence[Trend]) -> str:
    """Each figure of a soak over its time; "" where there is none."""
    shown = [trend for trend in trends if len(trend.points) > 1]
    if not shown:
        return ""
    rows = -(-len(shown) // 2)
    return _picture(2.2 * rows, lambda picture: _series(picture, shown, rows), "Figures over the soak")


def _picture(height: float, draw: Callable[[Picture], None], label: str) -> str:
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "agentprobe", "font.family": ["sans-serif"]}):
        picture = Picture(figsize=(8.6, height), layout="constrained")
        draw(picture)
        drawing = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        picture.savefig(drawing, format="svg", transparent=True, metadata=nothing)
    return themed(drawing.getvalue(), label)


# -- against load --------------------------------------------------------------------------------------------


def _curves(picture: Picture, stages: Sequence[Loaded]) -> None:
    latency, failures = picture.subplots(1, 2)
    for number, (name, of) in enumerate(_PERCENTILES):
        _line(latency, number, name, list(_seconds(stages, of, 1.05 ** (number - 1))))
    latency.set_ylabel("seconds a session", color=_MUTED)
    latency.set_ylim(bottom=0)
    if latency.get_legend_handles_labels()[0]:
        latency.legend(loc="lower right", frameon=False, labelcolor=_INK, fontsize=9, handlelength=3)
    points = [(s.concurrency, _in_percent(s.rate)) for s in stages]
    _line(failures, 3, "failed", [(float(x), figure) for x, figure in points])
    failures.set_ylim(-4, 106)
    failures.set_yticks(range(0, 101, 20), [f"{share} %" for share in range(0, 101, 20)])
    failures.set_ylabel("sessions that failed", color=_MUTED)
    for axes in (latency, failures):
        _against_load(axes, [stage.concurrency for stage in stages])


def _seconds(
    stages: Sequence[Loaded], of: Callable[[Loaded], Figure | None], shift: float
) -> Iterator[tuple[float, Figure]]:
    """Shifted a little, so that the intervals of several percentiles do not hide each other."""
    for stage in stages:
        if (figure := of(stage)) is not None:
            yield stage.concurrency * shift, figure


def _in_percent(rate: Figure) -> Figure:
    low, high = rate.low or 0.0, 1.0 if rate.high is None else rate.high
    return Figure(value=rate.value * 100, low=low * 100, high=high * 100)


def _line(axes: Axes, number: int, name: str, points: Sequence[tuple[float, Figure]]) -> None:
    if not points:
        return
    values = [figure.value for _, figure in points]
    below = [max(f.value - (f.value if f.low is None else f.low), 0) for _, f in points]
    above = [max((f.value if f.high is None else f.high) - f.value, 0) for _, f in points]
    axes.errorbar(
        [x for x, _ in points],
        values,
        yerr=[below, above],
        label=name,
        color=_colour(number),
        marker=MARKERS[number],
        linestyle=DASHES[number],
        markersize=5,
        linewidth=2,
        elinewidth=1.2,
        capsize=3,
    )


def _against_load(axes: Axes, levels: Sequence[int]) -> None:
    axes.set_xscale("log", base=2)
    axes.set_xlim(min(levels) / 1.5, max(levels) * 1.5)
    axes.set_xticks(levels, [f"{level:,}" for level in levels])
    axes.minorticks_off()
    axes.set_xlabel("sessions at once", color=_MUTED)
    _frame(axes)


# -- over time ----------------------------------------------------------------------------------------


def _series(picture: Picture, trends: Sequence[Trend], rows: int) -> None:
    grid = picture.subplots(rows, 2, squeeze=False)
    places = [axes for row in grid for axes in row]
    for number, (axes, trend) in enumerate(zip(places, trends, strict=False)):
        times, values = [point.at for point in trend.points], [point.value for point in trend.points]
        colour = _colour(0 if trend.drifts else 1)
        axes.plot(times, values, color=colour, marker="o", markersize=2.6, linewidth=1.4)
        told = trend_words(trend) + (" (drifts)" if trend.drifts else "")
        axes.set_title(told, fontsize=9.5, color=_INK, loc="left")
        lowest, highest = min(values), max(values)
        room = max(highest - lowest, 0.25 * abs(highest)) or 1.0  # so that next to nothing looks like it
        axes.set_ylim(max(lowest - 0.15 * room, min(0, lowest)), highest + 0.2 * room)
        if number >= len(trends) - 2:
            axes.set_xlabel("seconds since the load began", color=_MUTED, fontsize=9)
        axes.ticklabel_format(axis="y", useOffset=False, style="plain")
        _frame(axes)
    for axes in places[len(trends) :]:
        axes.set_visible(False)


def _frame(axes: Axes) -> None:
    axes.tick_params(colors=_MUTED, length=0, labelsize=9)
    axes.grid(axis="y", color=_LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def _colour(number: int) -> str:
    return f"#0a0a{number + 1:02x}"
