"""A source and its world side by side in small pictures that follow the reader's light or dark theme."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from agentprobe.report.chart import themed
from agentprobe.report.world_words import figure, title
from agentprobe.worlds.fidelity.result import Fidelity, Observed, Row, Spectrum, Spread

_INK, _MUTED, _LINE = "#010101", "#020202", "#030303"
_SOURCE, _WORLD = "#0a0a02", "#0a0a01"
MOST = 12
"""So many pictures of a kind, the worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A small picture with what stands above and beneath it."""

    title: str
    where: str
    svg: str
    row: Row | None
    """The figure that it shows."""


def spectra(fidelity: Fidelity) -> list[Picture]:
    """How often values stand: the share of rows by multiplicity."""
    theirs = {(one.table, one.columns): one for one in fidelity.world.spectra}
    rows = {row.where: row for row in fidelity.rows if row.kind == "collision"}
    pictures = []
    for one in fidelity.source.spectra:
        other = theirs.get((one.table, one.columns))
        if other is None:
            continue
        where = f"{one.table}.{'+'.join(one.columns)}"
        label = f"Share of rows by how often their value stands, {where}"
        svg = _drawn(lambda axes, one=one, other=other: _bars(axes, one, other), label)  # type: ignore[misc]
        pictures.append(Picture(title="how often values stand", where=where, svg=svg, row=rows.get(where)))
    return _worst(pictures)


def sizes(fidelity: Fidelity) -> list[Picture]:
    """Rows found: for each class of queries the column on which source and world differ most."""
    worst: dict[str, Picture] = {}
    for row, ours, theirs in _pairs(fidelity, "result sizes"):
        if ours.sizes is None or theirs.sizes is None:
            continue
        known = worst.get(row.kind)
        if known is None or (row.value or 0) > ((known.row.value if known.row else 0) or 0):
            one, other = ours.sizes, theirs.sizes
            label = f"Share of queries by rows found, {title(row.kind)} on {row.where}"
            svg = _drawn(lambda axes, one=one, other=other: _found(axes, one, other), label)  # type: ignore[misc]
            worst[row.kind] = Picture(title=title(row.kind), where=row.where, svg=svg, row=row)
    return _worst(list(worst.values()))


def scores(fidelity: Fidelity, *, slots: bool = False) -> list[Picture]:
    """Margins of the right answer and of vector searches; or how much is free where a slot is sought."""
    pictures = []
    for row, ours, theirs in _pairs(fidelity):
        if (row.kind == "free_slot") is not slots:
            continue
        one, other = ours.scores.get(row.metric), theirs.scores.get(row.metric)
        if one is None or other is None:
            continue
        label = f"Share of queries by {row.metric}, {row.where}"
        svg = _drawn(
            lambda axes, one=one, other=other, name=row.metric: _cumulated(axes, one, other, name),  # type: ignore[misc]
            label,
        )
        pictures.append(Picture(title=f"{title(row.kind)}: {row.metric}", where=row.where, svg=svg, row=row))
    return _worst(pictures)


def _pairs(fidelity: Fidelity, metric: str = "") -> Iterator[tuple[Row, Observed, Observed]]:
    """Each row about queries, with what was observed on both sides."""
    sides = [
        {(one.query.kind, one.query.where): one for one in side.observed}
        for side in (fidelity.source, fidelity.world)
    ]
    for row in fidelity.rows:
        about = (row.kind, row.where)
        if (not metric or row.metric == metric) and about in sides[0] and about in sides[1]:
            yield row, sides[0][about], sides[1][about]


def _worst(pictures: list[Picture]) -> list[Picture]:
    def badness(picture: Picture) -> tuple[bool, float]:
        row = picture.row
        if row is None or row.value is None:
            return True, 0.0
        return row.holds is not False, -row.value / (row.bound or 1)

    return sorted(pictures, key=badness)[:MOST]


# -- drawing --------------------------------------------------------------------------------------------


def _drawn(draw: Callable[[Axes], None], label: str) -> str:
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "agentprobe", "font.family": ["sans-serif"]}):
        picture = Figure(figsize=(3.7, 2.5), layout="constrained")
        axes = picture.subplots()
        draw(axes)
        axes.tick_params(colors=_MUTED, length=0, labelsize=9)
        axes.grid(axis="y", color=_LINE, linewidth=0.8)
        axes.set_axisbelow(True)
        for side in axes.spines.values():
            side.set_visible(False)
        drawing = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        picture.savefig(drawing, format="svg", transparent=True, metadata=nothing)
    return themed(drawing.getvalue(), escape(label, quote=True))


def _bars(axes: Axes, ours: Spectrum, theirs: Spectrum) -> None:
    count = max(len(ours.mass), len(theirs.mass))
    places = np.arange(count)
    for shift, mass, colour in ((-0.21, ours.mass, _SOURCE), (0.21, theirs.mass, _WORLD)):
        heights = np.pad(np.asarray(mass), (0, count - len(mass))) * 100
        axes.bar(places + shift, heights, 0.38, color=colour)
    axes.set_xlim(-0.6, max(count, 4) - 0.4)  # a single bar would fill the picture
    step = max(1, count // 6)
    ticks = places[::step]
    axes.set_xticks(ticks, [_times(int(place)) for place in ticks])
    axes.set_xlabel("times that a value stands", color=_MUTED, fontsize=9)
    _percent(axes)


def _times(place: int) -> str:
    low, high = 2**place, 2 ** (place + 1) - 1
    return str(low) if low == high else f"{_short(low)}–{_short(high)}" if high < 100 else f"{_short(low)}+"


def _short(number: float) -> str:
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.0f}"


def _found(axes: Axes, ours: Spread, theirs: Spread) -> None:
    highest = max(*ours.at, *theirs.at, 1.0)
    _steps(axes, ours, theirs, highest)
    ticks = [0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10**4, 10**5, 10**6, 10**7]
    fitting = [tick for tick in ticks if np.log2(1 + tick) <= highest * 1.02]
    kept = fitting[:: max(1, -(-len(fitting) // 6))]
    axes.set_xticks([np.log2(1 + tick) for tick in kept], [_short(tick) for tick in kept])
    axes.set_xlim(-0.03 * highest, highest * 1.06)
    axes.set_xlabel("rows found, at most", color=_MUTED, fontsize=9)


def _cumulated(axes: Axes, ours: Spread, theirs: Spread, name: str) -> None:
    _steps(axes, ours, theirs, max(*ours.at, *theirs.at))
    axes.set_xlabel(f"{name}, at most", color=_MUTED, fontsize=9)
    axes.locator_params(axis="x", nbins=6)
    if name == "margin":
        axes.axvline(0, color=_INK, linewidth=1, linestyle=(0, (2, 3)))


def _steps(axes: Axes, ours: Spread, theirs: Spread, highest: float) -> None:
    lowest = min(*ours.at, *theirs.at, 0.0)
    for spread, colour, style, width in ((ours, _SOURCE, "-", 2.6), (theirs, _WORLD, (0, (4, 1.5)), 1.8)):
        at = [lowest, *spread.at, highest]
        heights = [0.0, *(np.cumsum(spread.share) * 100), 100.0]
        axes.step(at, heights, where="post", color=colour, linestyle=style, linewidth=width)
    _percent(axes)
    axes.set_ylim(-3, 103)


def _percent(axes: Axes) -> None:
    if axes.get_ylim()[1] > 30:
        axes.set_ylim(0, 103)
        axes.set_yticks(range(0, 101, 25), [f"{share} %" for share in range(0, 101, 25)])
    else:
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.3g} %")


def bars(ours: Sequence[float], theirs: Sequence[float]) -> list[tuple[str, str]]:
    """Widths of paired bars in per cent of the longest, for pages that draw them without a picture."""
    longest = max([*ours, *theirs], default=0.0) or 1.0
    return [
        (f"{one / longest * 100:.2f}", f"{other / longest * 100:.2f}")
        for one, other in zip(ours, theirs, strict=True)
    ]


def captioned(row: Row | None) -> str:
    """What the picture's figure says."""
    if row is None or row.value is None:
        return ""
    return f"{row.metric}: differ by {figure(row.value)}, bound {figure(row.bound)}"
