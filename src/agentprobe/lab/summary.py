"""Evidence made into findings: curves, a fault matrix, failure modes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agentprobe.chaos.schedule import Schedule
from agentprobe.domain.evidence import Evidence, Mode, Status
from agentprobe.domain.verdict import Verdict
from agentprobe.lab.book import Book
from agentprobe.lab.cleaning import Cleaning
from agentprobe.lab.counting import CONCLUSIVE, tally
from agentprobe.lab.curve import bracket
from agentprobe.lab.findings import Cell, Curve, FailureMode, Findings, Point, Rate, Trouble
from agentprobe.lab.grid import PREFIX
from agentprobe.lab.settings import Experiment
from agentprobe.lab.statistics import interval

REMEDIES: Mapping[Mode, str] = {
    Mode.DUPLICATED_EFFECT: "Give the write an idempotency key; look whether it took effect before a repeat.",
    Mode.WRONG_EFFECT: "Have the agent check what it is about to change against the request first.",
    Mode.CLAIMED_WITHOUT_EFFECT: "Read the state back after a write, and report what is there.",
    Mode.GUESSED: "Tell the agent to ask back when several records match, and show it how many there are.",
    Mode.ERROR_AS_ANSWER: "Treat a failed call as a failure: retry, or say plainly that it did not work.",
    Mode.EMPTY_ANSWER: "Refuse an empty answer: ask the model again, or report the failure.",
    Mode.TRUNCATED_ANSWER: "Check the finish reason: continue an answer that was cut, or raise the limit.",
    Mode.LOOPED: "Limit the steps of a run, and stop when the same call brings the same result.",
    Mode.TIMED_OUT: "Set a timeout on every model and tool call that fits what a user will wait.",
    Mode.CRASHED: "Catch the failure where it can be answered, and retry what may be repeated.",
    Mode.ASKED_NEEDLESSLY: "Let the agent use the details it was given before it asks for more.",
    Mode.MISSED_EFFECT: "Check at the end of a run that what was asked for has happened.",
    Mode.WRONG_ANSWER: "Compare the trace with one that passed: what did the tools return that misled it?",
    Mode.GAVE_UP: "Nothing was harmed: add a retry where the failure passes by itself.",
}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """How good is good enough, how sure one must be, and what is typed to see a run again."""

    required: float
    confidence: float
    again: str = "agentprobe run"


def summarise(experiment: Experiment, book: Book, verdict: Verdict, bar: Bar) -> Findings:
    """Everything that a report says about a book of evidence."""
    evidence = book.evidence
    counts = Counter(item.status for item in evidence)
    planned = {run.agent for run in book.plan.runs}
    agents = tuple(agent for agent in experiment.agents if agent in planned)
    return Findings(
        project=experiment.project,
        model=experiment.model.policy if experiment.model.simulated else _address(experiment),
        simulated=experiment.model.simulated,
        observed=max((item.observed for item in evidence), default=""),
        confidence=bar.confidence,
        required=bar.required,
        agents=agents,
        curves=tuple(_curve(agent, evidence, bar) for agent in agents),
        matrix=tuple(_matrix(experiment, agents, evidence, bar)),
        modes=tuple(_modes(evidence, bar)),
        verdict=verdict,
        runs=len(evidence),
        planned=len(book.plan.runs),
        passed=counts[Status.PASSED],
        failed=counts[Status.FAILED],
        inconclusive=counts[Status.INCONCLUSIVE],
        errors=counts[Status.ERROR],
        model_calls=sum(item.model_calls for item in evidence),
        tool_calls=sum(item.tool_calls for item in evidence),
        input_tokens=sum(item.input_tokens for item in evidence),
        output_tokens=sum(item.output_tokens for item in evidence),
        folder=str(book.folder),
        silent=tuple(agent for agent in agents if _is_silent(agent, evidence)),
        troubles=tuple(_troubles(evidence, bar)),
    )


def _address(experiment: Experiment) -> str:
    return Cleaning.of(experiment.trace).text(experiment.model.at)


def rate(evidence: Iterable[Evidence], confidence: float) -> Rate:
    """How often runs went well, with the interval of the mean over their tasks."""
    items = list(evidence)
    tallies = tally(items)
    around = interval(tallies, confidence)
    return Rate(
        passed=sum(one.passed for one in tallies),
        runs=sum(one.runs for one in tallies),
        low=around.low,
        high=around.high,
        inconclusive=sum(item.status is Status.INCONCLUSIVE for item in items),
        errors=sum(item.status is Status.ERROR for item in items),
    )


def _curve(agent: str, evidence: Sequence[Evidence], bar: Bar) -> Curve:
    own = [item for item in evidence if item.run.agent == agent and not item.run.regime.schedule]
    by_rows: dict[int | None, list[Evidence]] = defaultdict(list)
    for item in own:
        by_rows[item.run.regime.rows].append(item)
    levels = {rows: tally(items) for rows, items in by_rows.items() if rows is not None}
    edge = bracket(levels, bar.required, bar.confidence)
    return Curve(
        agent=agent,
        points=tuple(
            Point(rows=rows, rate=rate(by_rows[rows], bar.confidence))
            for rows in sorted(by_rows, key=lambda rows: rows or 0)
        ),
        proven_to=edge.proven_to,
        broken_from=edge.broken_from,
    )


def _matrix(
    experiment: Experiment, agents: Sequence[str], evidence: Sequence[Evidence], bar: Bar
) -> Iterable[Cell]:
    """For each agent and schedule a cell over all densities, and one a density where there are several."""
    found: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for item in evidence:
        if item.run.regime.schedule:
            found[item.run.regime.schedule, item.run.agent].append(item)
    written = list(dict.fromkeys(schedule for schedule, _ in found))
    for schedule in sorted(written, key=lambda text: _place(experiment, text)):
        for agent in agents:
            items = found[schedule, agent]
            rows_seen = sorted({item.run.regime.rows or 0 for item in items})
            if items:
                yield _cell(agent, schedule, None, items, bar)
            for rows in rows_seen if len(rows_seen) > 1 else ():
                here = [item for item in items if item.run.regime.rows == rows]
                yield _cell(agent, schedule, rows, here, bar)


def _place(experiment: Experiment, schedule: str) -> tuple[int, str]:
    """Where a schedule stands in the settings."""
    known = [str(Schedule.parse(text)) for text in experiment.faults.schedules]
    return (known.index(schedule) if schedule in known else len(known), schedule)


def _cell(agent: str, schedule: str, rows: int | None, items: Sequence[Evidence], bar: Bar) -> Cell:
    modes = Counter(item.mode for item in items if item.mode is not None)
    return Cell(
        agent=agent,
        schedule=schedule,
        rows=rows,
        rate=rate(items, bar.confidence),
        modes=tuple(modes.most_common()),
    )


def _modes(evidence: Sequence[Evidence], bar: Bar) -> Iterable[FailureMode]:
    """The failure modes that were seen, the most harmful first, each with the plainest example."""
    for mode in Mode:
        items = [item for item in evidence if item.mode is mode and item.status in CONCLUSIVE]
        if not items:
            continue
        example = min(items, key=_plainness)
        yield FailureMode(
            mode=mode,
            count=len(items),
            agents=tuple(sorted({item.run.agent for item in items})),
            rows=tuple(sorted({rows for item in items if (rows := item.run.regime.rows) is not None})),
            schedules=tuple(sorted({item.run.regime.schedule for item in items})),
            example=example,
            reproduce=f"{bar.again} --only {example.run.key[:PREFIX]}",
            remedy=REMEDIES[mode],
        )


def _is_silent(agent: str, evidence: Sequence[Evidence]) -> bool:
    own = [item for item in evidence if item.run.agent == agent]
    return bool(own) and not any(item.model_calls for item in own)


def _troubles(evidence: Sequence[Evidence], bar: Bar) -> Iterable[Trouble]:
    errors = [item for item in evidence if item.status is Status.ERROR]
    for reason, count in Counter(item.reason for item in errors).most_common():
        example = min((item for item in errors if item.reason == reason), key=_plainness)
        yield Trouble(reason=reason, count=count, reproduce=f"{bar.again} --only {example.run.key[:PREFIX]}")


def _plainness(item: Evidence) -> tuple[int, bool, int, str]:
    """The fewer rows, faults and calls, the easier a failure is understood."""
    regime = item.run.regime
    return regime.rows or 0, bool(regime.schedule), item.model_calls + item.tool_calls, item.run.key
