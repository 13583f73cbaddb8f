"""Drift: what grows in a soak, and goes on growing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from agentprobe.lab.stress.found import Figure, Point, Session, Trend
from agentprobe.lab.stress.log import Sampled
from agentprobe.lab.stress.trends import binned, rate_slope, slope

WARMING = 0.2
"""This share of a soak is left out: caches and pools fill before they are full."""
SURE = 0.99
"""How sure a drift must be: several figures are looked at."""
BINS = 40
_MB = 2**20


@dataclass(frozen=True, kw_only=True)
class _Watched:
    """A figure of the processes, and by how much it has to grow over a soak to matter."""

    what: str
    unit: str
    of: Callable[[Sampled], float | None]
    least: float
    share: float = 0.0
    """The same as a share of what it was in the beginning."""
    a_session: float = 0.0
    """The same for each session."""


_WATCHED = (
    _Watched(
        what="resident memory",
        unit="MB",
        of=lambda one: None if one.resident_bytes is None else one.resident_bytes / _MB,
        least=4.0,
        share=0.04,
        a_session=1 / 1024,
    ),
    _Watched(
        what="memory blocks",
        unit="",
        of=lambda one: one.blocks,
        least=2_000,
        share=0.005,
        a_session=20.0,
    ),
    _Watched(what="threads", unit="", of=lambda one: one.threads, least=5.0, a_session=0.05),
    _Watched(what="open files", unit="", of=lambda one: one.files, least=5.0, a_session=0.05),
)


def trends_of(sessions: Sequence[Session], samples: Sequence[Sampled]) -> Iterator[Trend]:
    """How each figure went over a soak, from its sessions and samples."""
    if not sessions:
        return
    yield from _of_sessions(sessions)
    for watched in _WATCHED:
        points = [Point(at=one.at, value=float(v)) for one in samples if (v := watched.of(one)) is not None]
        if points:
            yield _of_samples(watched, points, len(sessions))


def _of_sessions(sessions: Sequence[Session]) -> Iterator[Trend]:
    seconds = [Point(at=one.ended, value=one.seconds) for one in sessions if one.good]
    if seconds:
        warm = binned(_warm(seconds), BINS)
        found, grown = _grown(slope(warm, SURE), warm)
        usual = median(one.value for one in warm[: max(len(warm) // 3, 1)]) if warm else 0.0
        drifts = _surely(found) and grown > max(0.25 * usual, 0.05)
        said = f"a session took {grown:,.2f} s longer at the end than in the beginning" if drifts else ""
        yield Trend(
            what="seconds a session",
            unit="s",
            points=binned(seconds, BINS),
            slope=found,
            drifts=drifts,
            said=said,
        )
    failed = [Point(at=one.ended, value=float(not one.good)) for one in sessions if one.tells]
    if failed:
        found, grown = _grown(rate_slope(failed, SURE), failed)
        drifts = _surely(found) and grown > 0.05
        said = f"the share of sessions that fail grew by {grown:.0%}" if drifts else ""
        yield Trend(
            what="share that fails", unit="", points=_shares(failed), slope=found, drifts=drifts, said=said
        )


def _of_samples(watched: _Watched, points: Sequence[Point], sessions: int) -> Trend:
    warm = _warm(points)
    found, grown = _grown(slope(binned(warm, BINS), SURE), warm)
    least = max(watched.least, watched.share * points[0].value, watched.a_session * sessions)
    drifts = _surely(found) and grown >= least and _still_grows(warm)
    much = f"{grown:,.0f} {watched.unit}".strip()
    said = f"{watched.what} grew by {much} and went on growing" if drifts else ""
    return Trend(
        what=watched.what,
        unit=watched.unit,
        points=binned(points, 2 * BINS),
        slope=found,
        drifts=drifts,
        said=said,
    )


def _still_grows(points: Sequence[Point]) -> bool:
    """Does it grow in the second half too, at half the pace of the first at least, or does it level off?"""
    half = len(points) // 2
    first, second = slope(binned(points[:half], BINS)), slope(binned(points[half:], BINS))
    if first is None or second is None:
        return False
    return (second.low or 0.0) > 0 and second.value >= first.value / 2


def _warm(points: Sequence[Point]) -> list[Point]:
    first, last = min(one.at for one in points), max(one.at for one in points)
    begins = first + WARMING * (last - first)
    return [one for one in points if one.at >= begins]


def _grown(found: Figure | None, points: Sequence[Point]) -> tuple[Figure, float]:
    """A slope, and by how much the figure has grown at it; unknown where too little was seen."""
    if found is None:
        return Figure(value=0.0), 0.0
    span = max(one.at for one in points) - min(one.at for one in points)
    return found, found.value * span / 60


def _surely(found: Figure) -> bool:
    return found.low is not None and found.low > 0


def _shares(failed: Sequence[Point]) -> tuple[Point, ...]:
    """The share that failed in each part of the time."""
    first, last = min(one.at for one in failed), max(one.at for one in failed)
    width = (last - first) / BINS or 1.0
    parts: dict[int, list[Point]] = {}
    for one in failed:
        parts.setdefault(min(int((one.at - first) / width), BINS - 1), []).append(one)
    return tuple(
        Point(at=sum(one.at for one in part) / len(part), value=sum(one.value for one in part) / len(part))
        for _, part in sorted(parts.items())
    )
