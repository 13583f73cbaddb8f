"""Temperature drift in runs: settings that differ where the agent asks the same, or that nobody has set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from agentprobe.analyst.analysis import Evidence, Speaker
from agentprobe.analyst.material import Run
from agentprobe.analyst.rates import rate_words
from agentprobe.analyst.sight import Sight, unseen
from agentprobe.basis.canonical import digest
from agentprobe.scan.severity import Severity
from agentprobe.trace.facts.conversations import Turn
from agentprobe.trace.facts.limits import facts_of

_MOST = 5
"""So many places are named."""


def in_run(run: Run) -> Sight:
    """The temperatures of one run."""
    asked = [turn for turn in run.trace.turns if turn.call.first.settings is not None and _takes_one(turn)]
    if not asked:
        return unseen("no request to a model that takes a temperature could be read")
    evidence = [*_apart([(run, turn) for turn in asked]), *_unset(run, asked)]
    told = sorted({f"{t:g}" for turn in asked if (t := _temperature(turn)) is not None})
    return Sight(evidence=tuple(evidence), why=f"every call was asked at temperature {', '.join(told)}")


def across(runs: Sequence[Run]) -> Sight:
    """The same requests, and the same parts of the agent, in several runs."""
    if len(runs) < 2:
        return unseen("")
    turns = [
        (run, turn)
        for run in runs
        for turn in run.trace.turns
        if turn.call.first.settings is not None and _takes_one(turn)
    ]
    apart = _apart(turns) if _differ_between(turns) else ()
    return Sight(evidence=(*apart, *_diverging(runs)), why="the same was asked at the same temperature")


def _takes_one(turn: Turn) -> bool:
    known = facts_of(turn.call.name)
    return known is None or known.samples is not False


def _temperature(turn: Turn) -> float | None:
    settings = turn.call.first.settings
    return settings.temperature if settings is not None else None


def _part(turn: Turn) -> str:
    """Which part of an agent asks: known by its system prompt, and where it has none, by its tools."""
    prompt = turn.call.first.prompt
    return f"{turn.call.name} {prompt.system} {prompt.tools}" if prompt is not None else turn.call.name


def _apart(turns: Iterable[tuple[Run, Turn]]) -> Iterator[Evidence]:
    """The same part of the agent, asked at different temperatures."""
    parts: dict[str, dict[float, list[str]]] = defaultdict(lambda: defaultdict(list))
    for run, turn in turns:
        temperature = _temperature(turn)
        if temperature is not None:
            parts[_part(turn)][temperature].append(run.call(turn.number))
    for found in parts.values():
        if len(found) > 1:
            told = "; ".join(f"{value:g} at {_some(found[value])}" for value in sorted(found))
            yield Evidence(
                says=Speaker.TRACE,
                text=f"the same prompt was asked at different temperatures: {told}",
                severity=Severity.HIGH,
                where=next(iter(found[max(found)])),
            )


def _differ_between(turns: Sequence[tuple[Run, Turn]]) -> bool:
    """Does a part of the agent have other temperatures in one run than in another?"""
    parts: dict[str, dict[str, set[float]]] = defaultdict(lambda: defaultdict(set))
    for run, turn in turns:
        temperature = _temperature(turn)
        if temperature is not None:
            parts[_part(turn)][run.name].add(temperature)
    return any(len({frozenset(told) for told in by_run.values()}) > 1 for by_run in parts.values())


def _unset(run: Run, asked: Sequence[Turn]) -> Iterator[Evidence]:
    bare = [turn for turn in asked if _temperature(turn) is None]
    if bare:
        yield Evidence(
            says=Speaker.TRACE,
            text=f"{len(bare)} of {len(asked)} model calls say no temperature: the provider's default holds, "
            "which may differ between models, and change",
            severity=Severity.MEDIUM,
            where=run.call(bare[0].number),
        )


def _diverging(runs: Sequence[Run]) -> Iterator[Evidence]:
    """Requests that several runs made byte for byte, and what they were answered."""
    answers: dict[str, list[tuple[str, str, float | None]]] = defaultdict(list)
    for run in runs:
        for request, turn in _first_of_each(run).items():
            answer = turn.call.answer
            if answer is not None and not turn.call.failed:
                said = digest(answer.text + "".join(c.name + c.arguments for c in answer.tool_calls))
                answers[request].append((run.call(turn.number), said, _temperature(turn)))
    repeated = [told for told in answers.values() if len(told) > 1]
    parted = [told for told in repeated if len({said for _, said, _ in told}) > 1]
    if not parted:
        return
    warm = any(temperature != 0 for told in parted for _, _, temperature in told)
    places = _some([where for where, _, _ in parted[0]])
    yield Evidence(
        says=Speaker.TRACE,
        text=f"identical requests were answered differently, such as at {places}: "
        + rate_words(len(parted), len(repeated), "of the requests that runs share")
        + ("" if warm else "; all at temperature 0, where models differ a little by themselves"),
        severity=Severity.MEDIUM if warm else Severity.LOW,
        where=parted[0][0][0],
    )


def _first_of_each(run: Run) -> dict[str, Turn]:
    found: dict[str, Turn] = {}
    for turn in run.trace.turns:
        found.setdefault(digest(turn.call.first.request_bytes), turn)
    return found


def _some(places: Sequence[str]) -> str:
    more = f" and {len(places) - _MOST} more" if len(places) > _MOST else ""
    return ", ".join(places[:_MOST]) + more
