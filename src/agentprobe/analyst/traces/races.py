"""Races in runs: tools under way together, their results in another order, and what depends on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from agentprobe.analyst.analysis import Evidence, Speaker
from agentprobe.analyst.material import Run
from agentprobe.analyst.sight import Sight, unseen
from agentprobe.domain.call import Kind
from agentprobe.scan.severity import Severity
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.tools import PROCESS, ToolUse


def in_run(run: Run) -> Sight:
    """Tools of one run that were under way together."""
    uses = run.trace.tool_calls
    if not uses:
        return unseen("no tool was called")
    told = tuple(_told_out_of_order(run))
    together = list(_together(run))
    evidence = (*told, *_overtaken(run, bool(told)), *_writes_together(run, together))
    if evidence:
        return Sight(evidence=evidence, why="only tools that read overtook each other, told in order")
    if together:
        return Sight(why=f"{len(together)} pairs of tools ran side by side, and ended in order")
    if any(len(group) > 1 and all(use.seen == PROCESS for use in group) for group in _asked_at_once(uses)):
        return Sight(why="tools that were asked for at once were run one after the other")
    return unseen("no two tools were seen under way together")


def _asked_at_once(uses: Sequence[ToolUse]) -> list[list[ToolUse]]:
    groups: dict[int, list[ToolUse]] = defaultdict(list)
    for use in uses:
        if use.asked_by is not None:
            groups[id(use.asked_by)].append(use)
    return list(groups.values())


def _together(run: Run) -> Iterator[tuple[TracedCall, TracedCall]]:
    """Tools side by side; one that another calls while it runs is not."""
    under_way: list[TracedCall] = []
    for call in run.trace.calls:
        if call.kind is not Kind.TOOL:
            continue
        under_way = [other for other in under_way if (other.completed or 0) > call.dispatched]
        yield from ((other, call) for other in under_way if not _inside(call, other))
        if call.completed is not None:
            under_way.append(call)


def _inside(call: TracedCall, other: TracedCall) -> bool:
    path = f"{other.record.path}/{other.name}".removeprefix("/")
    return f"{call.record.path}/".startswith(f"{path}/")


def _overtaken(run: Run, order_matters: bool) -> Iterator[Evidence]:
    for first, second in run.trace.inversions:
        if first.kind is not Kind.TOOL:
            continue
        writes = [call.name for call in (first, second) if call.writes]
        depends = f"; {' and '.join(dict.fromkeys(writes))} may write" if writes else ""
        yield Evidence(
            says=Speaker.TRACE,
            text=f"{_name(second)} was sent after {_name(first)} and came back before it{depends}",
            severity=Severity.HIGH if writes else Severity.MEDIUM,
            where=f"{run.name}, {_name(second)}",
            shows=bool(writes) or order_matters,
        )


def _writes_together(run: Run, together: Sequence[tuple[TracedCall, TracedCall]]) -> Iterator[Evidence]:
    """Writes side by side that happened to end in order."""
    inverted = {(id(a), id(b)) for a, b in run.trace.inversions}
    for first, second in together:
        if first.writes and second.writes and (id(first), id(second)) not in inverted:
            yield Evidence(
                says=Speaker.TRACE,
                text=f"{_name(first)} and {_name(second)} may both write and were under way together",
                severity=Severity.MEDIUM,
                where=f"{run.name}, {_name(second)}",
            )


def _told_out_of_order(run: Run) -> Iterator[Evidence]:
    """Results that the next request tells in another order than the model asked for them."""
    answered: dict[str, tuple[int, int]] = {}
    for turn in run.trace.turns:
        answer = turn.call.answer
        for place, wish in enumerate(answer.tool_calls if answer is not None else ()):
            answered.setdefault(wish.id, (turn.number, place))
    told: set[int] = set()
    for turn in run.trace.turns:
        groups: dict[int, list[int]] = defaultdict(list)
        for message in turn.request.messages if turn.request is not None else ():
            for result in message.results:
                if result.call_id in answered:
                    asked, place = answered[result.call_id]
                    groups[asked].append(place)
        for asked, places in groups.items():
            if places != sorted(places) and asked not in told:
                told.add(asked)
                yield Evidence(
                    says=Speaker.TRACE,
                    text=f"call {turn.number} tells the results of the tools that call {asked} asked for in "
                    "another order, by which a reader without ids confuses them",
                    severity=Severity.MEDIUM,
                    where=run.call(turn.number),
                )


def _name(call: TracedCall) -> str:
    return f"tool {call.name} #{call.record.nth}"
