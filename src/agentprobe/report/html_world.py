"""A world as one self-contained page: does it ask the same questions, and does it tell of anybody?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.report import words as general
from agentprobe.report import world_charts as charts
from agentprobe.report import world_words as words
from agentprobe.report.template import template
from agentprobe.worlds.fidelity.bounds import Bounds
from agentprobe.worlds.fidelity.compare import together
from agentprobe.worlds.fidelity.result import Fidelity, Row
from agentprobe.worlds.leaks.result import Check, LeakReport
from agentprobe.worlds.manifest import Manifest

MOST_CLASSES = 7
"""So many classes of dirt are drawn for a column, the most frequent first."""
MOST_DIRT = 12


def page(manifest: Manifest, fidelity: Fidelity | None, leaks: LeakReport | None) -> str:
    """The whole page; everything that came from outside is escaped."""
    verdicts = words.same(fidelity), words.leaking(leaks)
    failed: list[Row | Check] = [*(leaks.failed if leaks else ()), *(fidelity.failed if fidelity else ())]
    return template("world").render(
        manifest=manifest,
        fidelity=fidelity,
        leaks=leaks,
        verdicts=verdicts,
        rows=_sorted(fidelity.rows) if fidelity else (),
        decide=[check for check in leaks.checks if check.bound is not None] if leaks else (),
        reported=[check for check in leaks.checks if check.bound is None] if leaks else (),
        galleries=list(_galleries(fidelity)) if fidelity else (),
        dirt=list(_dirt(fidelity))[:MOST_DIRT] if fidelity else (),
        groups=_groups(leaks) if leaks else (),
        advice=list(dict.fromkeys(filter(None, map(words.to_do, failed)))),
        said=words,
        words=general,
        captioned=charts.captioned,
        meter=_meter,
        BOUNDS=Bounds(),
    )


def _sorted(rows: tuple[Row, ...]) -> list[Row]:
    order = {False: 0, None: 1, True: 2}
    return sorted(rows, key=lambda row: (order[row.holds], -(row.value or 0) / (row.bound or 1)))


def _meter(row: Row) -> str:
    """How much of its bound a figure uses, as a width; what is beyond the bound fills it."""
    return f"{min((row.value or 0) / (row.bound or 1), 1.0) * 100:.1f}"


@dataclass(frozen=True, slots=True)
class _Gallery:
    """Pictures of one kind."""

    id: str
    title: str
    text: str
    pictures: list[charts.Picture]


def _galleries(fidelity: Fidelity) -> Iterator[_Gallery]:
    for one in (
        _Gallery(
            "spectra",
            "How often values stand",
            "The share of rows whose value stands once, two or three times, and so on: it decides how many "
            "others a search for one of them finds.",
            charts.spectra(fidelity),
        ),
        _Gallery(
            "sizes",
            "How many rows a query finds",
            "The share of queries that find at most so many rows; of each class the column on which source "
            "and world differ most.",
            charts.sizes(fidelity),
        ),
        _Gallery(
            "margins",
            "How far the best wrong answer is behind",
            "The share of queries with at most such a score. Left of the dotted line a wrong answer scores "
            "as well as the right one.",
            charts.scores(fidelity),
        ),
        _Gallery(
            "slots",
            "How much is free where a slot is sought",
            "The share of searches in which at most such a share of the possible beginnings is free.",
            charts.scores(fidelity, slots=True),
        ),
    ):
        if one.pictures:
            yield one


@dataclass(frozen=True, slots=True)
class _Dirt:
    """The classes of dirt of a column, with bars for both sides."""

    title: str
    where: str
    bars: list[tuple[str, float, float, str, str]]
    """Class, share in the source, share in the world, widths of both bars."""
    row: Row | None


def _dirt(fidelity: Fidelity) -> Iterator[_Dirt]:
    theirs = {(one.kind, one.table, one.column): one for one in fidelity.world.dirt}
    rows = {(row.kind, row.where): row for row in fidelity.rows}
    found = []
    for one in fidelity.source.dirt:
        other = theirs.get((one.kind, one.table, one.column))
        if other is None or one.kind == "mask":
            continue
        where = f"{one.table}.{one.column}" if one.column else one.table
        names, p, q = together(one, other)
        order = sorted(range(len(names)), key=lambda at: -max(p[at], q[at]))[:MOST_CLASSES]
        ours, others = [float(p[at]) for at in order], [float(q[at]) for at in order]
        widths = charts.bars(ours, others)
        drawn = [
            (names[at], share, part, *width)
            for at, share, part, width in zip(order, ours, others, widths, strict=True)
        ]
        found.append(_Dirt(words.title(one.kind), where, drawn, rows.get((one.kind, where))))
    yield from sorted(found, key=lambda one: -((one.row.value if one.row else 0) or 0))


def _groups(leaks: LeakReport) -> list[tuple[str, float, str]]:
    """The histogram of group sizes: its labels, shares and widths."""
    longest = max(leaks.group_sizes, default=0.0) or 1.0
    told = []
    for place, share in enumerate(leaks.group_sizes):
        low, high = 2**place, 2 ** (place + 1) - 1
        label = "alone" if low == 1 else f"{low:,}–{high:,}"
        told.append((label, share, f"{share / longest * 100:.2f}"))
    return told
