"""The attempts at one model call as a tree: which layer asked again, and how long it had waited."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from agentprobe.report.trace_words import counted, duration
from agentprobe.trace.attempts import LogicalCall
from agentprobe.trace.pair import TracedCall

Line = Callable[[int, TracedCall, float | None], Text]
"""One attempt in words: its number, itself, and the wait before it."""
Round = Sequence[TracedCall]


def attempt_tree(model: LogicalCall, line: Line) -> Iterator[RenderableType]:
    """The attempts one by one; under the layer that made them, where an outer one has asked again."""
    told = zip(count(1), model.attempts, model.waits)
    lines = iter([line(number, attempt, waited) for number, attempt, waited in told])
    passes = model.passes
    for index, rounds in enumerate(passes):
        if len(passes) == 1:
            yield from _rounds(rounds, lines)
            continue
        calls = counted(sum(map(len, rounds)), "attempt", "attempts")
        branch = Tree(
            Text(f"begun again by the agent · {calls}" if index else f"first begun · {calls}", "bold")
        )
        for part in _rounds(rounds, lines):
            branch.add(part)
        yield branch


def shape(model: LogicalCall) -> str:
    """How the attempts nest, such as `3 × 3 × 3`; empty where they do not, or not evenly."""
    passes = model.passes
    rounds = {len(each) for each in passes}
    tries = {len(each) for one in passes for each in one}
    if len(rounds) > 1 or len(tries) > 1:
        return ""
    levels = [number for number in (len(passes), *rounds, *tries) if number > 1]
    return " × ".join(map(str, levels)) if len(levels) > 1 else ""


def _rounds(rounds: Sequence[Round], lines: Iterator[Text]) -> Iterator[RenderableType]:
    """The rounds of one pass; what only one layer has made stands by itself."""
    for index, attempts in enumerate(rounds):
        if len(rounds) == 1:
            yield from (next(lines) for _ in attempts)
            continue
        asked = "asked again by an outer layer" if index else "asked"
        spent = duration(_seconds(attempts))
        branch = Tree(
            Text.assemble(asked, (f" · {counted(len(attempts), 'attempt', 'attempts')} · {spent}", "dim"))
        )
        for _ in attempts:
            branch.add(next(lines))
        yield branch


def _seconds(attempts: Round) -> float | None:
    ended = attempts[-1].ended_at
    return ended - attempts[0].at if ended is not None else None
