"""A chaos campaign as one self-contained page: what broke the agent, how each run went, what was covered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path

from agentprobe.chaos.schedule import Schedule
from agentprobe.domain.reaction import HARMLESS, Reaction
from agentprobe.errors import ConfigError, TraceError
from agentprobe.lab.chaos.found import Campaigned, Hunted, Minimal
from agentprobe.lab.chaos.keep import in_toml
from agentprobe.report import chaos_words, trace_words, words
from agentprobe.report.chaos_matrix import matrices, rates
from agentprobe.report.template import template
from agentprobe.report.timeline import Timeline, timeline
from agentprobe.report.trace_words import counted, plain
from agentprobe.report.waterfall import waterfall
from agentprobe.trace.read import read_trace

MOST_SETS = 200
"""So many smallest sets stand on the page, the smallest and most harmful first."""
MOST_DRAWN = 50
"""Of so many of them one failing run is drawn."""
MOST_ROWS = 400
"""So many faults of a family stand in a matrix, those that did harm first."""
MOST_NAMED = 400
"""So many strikes are named where they are only listed."""
MOST_ANSWER = 600
"""So many letters of an answer are shown."""
TRACE = "trace.jsonl"
"""What a finding's trace is called in its folder."""


def page(found: Campaigned, root: Path | None = None) -> str:
    """The whole page; everything that came from outside is escaped.

    `root` is the project's folder, from where the traces of findings are read; without it no run is drawn.
    """
    shown = found.minimal[:MOST_SETS]
    return template("chaos").render(
        found=found,
        agents=_agents(found),
        tone="fail" if found.minimal else "not_observed" if found.exit_code else "pass",
        rests=_rests(found),
        rates=rates(found),
        matrices=matrices(found),
        sets=[_Set.of(one, root, draw=number < MOST_DRAWN) for number, one in enumerate(shown)],
        left_out=len(found.minimal) - len(shown),
        known={(one.agent, one.schedule): number for number, one in enumerate(shown, 1)},
        hunts=[(hunt, _bar(hunt)) for hunt in found.hunts],
        MEANINGS=chaos_words.MEANINGS,
        COLUMNS=chaos_words.COLUMNS,
        MOST_ROWS=MOST_ROWS,
        MOST_NAMED=MOST_NAMED,
        MOST_ANSWER=MOST_ANSWER,
        said=chaos_words,
        told=trace_words,
        words=words,
        tone_of=_tone,
        signed=_signed,
        breakable=_breakable,
    )


def _agents(found: Campaigned) -> tuple[str, ...]:
    named = chain(
        (hunt.agent for hunt in found.hunts),
        (cell.agent for cell in found.cells),
        (one.agent for one in found.minimal),
    )
    return tuple(dict.fromkeys(named))


def _rests(found: Campaigned) -> str:
    """What the verdict rests on."""
    if not found.cells:
        return "It rests on no run: no fault was tried alone."
    telling = sum(cell.runs for cell in found.cells)
    silent = sum(not cell.runs for cell in found.cells)
    runs = counted(telling, "run with a single fault that says", "runs with a single fault that say")
    faults = counted(len(found.cells), "fault", "faults")
    tasks = counted(len({(hunt.task, hunt.rows) for hunt in found.hunts}), "task", "tasks")
    said = f"It rests on {runs} something, of {faults} on {tasks}"
    return said + (f"; of {silent:,} of them no run says anything." if silent else ".") + _unfinished(found)


def _unfinished(found: Campaigned) -> str:
    reasons = dict.fromkeys(hunt.unfinished for hunt in found.hunts if hunt.unfinished)
    return f" It did not come to its end: {plain('; '.join(reasons))}." if reasons else ""


def _breakable(text: str) -> str:
    """A strike as markup that a narrow column breaks where its parts meet."""
    return escape(plain(text)).replace("(", "(<wbr>").replace("@", "<wbr>@")


def _tone(reaction: Reaction) -> str:
    """The class that colours a reaction; its name stands beside the colour."""
    if not reaction.tells:
        return "muted"
    if reaction is Reaction.STRAYED:
        return "not_observed"
    return "pass" if reaction in HARMLESS else "fail"


def _signed(value: float | None, digits: int = 0) -> str:
    """How much more than usual; a dash where nobody knows."""
    if value is None:
        return "–"
    rounded = round(value, digits) + 0.0
    return f"{rounded:+,.{digits}f}" if rounded else "0"


# -- the smallest sets -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """A smallest set with what is read beside it."""

    one: Minimal
    toml: str
    did: tuple[tuple[str, int], ...]
    """What each fault did, and how often."""
    run: Timeline | None
    drawing: str
    missing: str
    """Why no run is drawn."""
    files: tuple[str, ...]

    @classmethod
    def of(cls, one: Minimal, root: Path | None, *, draw: bool) -> _Set:
        run, missing = _run(one, root) if draw else (None, f"left out here; {_where(one)} has it")
        return cls(
            one=one,
            toml=_toml(one.schedule),
            did=tuple(Counter(one.shown.did).items()),
            run=run,
            drawing=waterfall(run, chaos_words.title(one.shown.reaction)) if run else "",
            missing=missing,
            files=tuple(_files(one, root)),
        )


def _toml(schedule: str) -> str:
    """As a file holds it; in its own words where this version does not know a fault of it."""
    try:
        return in_toml(Schedule.parse(schedule)).rstrip()
    except ConfigError:
        return ""


def _run(one: Minimal, root: Path | None) -> tuple[Timeline | None, str]:
    """The run that broke the agent, or why it cannot be shown."""
    if root is None or not one.folder:
        return None, "no trace of it was kept"
    path = root / one.folder / TRACE
    if not path.is_file():
        return None, f"its trace is missing: there is no {_where(one)}"
    try:
        return timeline(read_trace(path)), ""
    except TraceError as error:
        return None, f"its trace cannot be read: {error}"


def _where(one: Minimal) -> str:
    return f"{one.folder}/{TRACE}"


def _files(one: Minimal, root: Path | None) -> Iterator[str]:
    """What lies in a finding's folder."""
    folder = root / one.folder if root is not None and one.folder else None
    if folder is not None and folder.is_dir():
        yield from sorted(path.name for path in folder.iterdir() if path.is_file())


# -- how far it came ---------------------------------------------------------------------------------------


def _bar(hunt: Hunted) -> Sequence[Mapping[str, object]]:
    """The parts of all combinations that can meet, as they stand in a bar."""
    coverage = hunt.coverage
    if coverage is None or not coverage.total:
        return ()
    left = max(coverage.reachable - coverage.covered, 0)
    parts = (
        ("covered", "seen together", coverage.covered),
        ("failing", "hold a finding", coverage.failing),
        ("gone", "never fired together", coverage.unreachable),
        ("left", "not tried", left),
    )
    total = sum(count for _, _, count in parts) or 1
    return [
        {"kind": kind, "said": said, "count": count, "width": f"{count / total * 100:.2f}"}
        for kind, said, count in parts
        if count
    ]
