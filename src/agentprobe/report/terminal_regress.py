"""A comparison of two versions of prompts in a terminal."""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.text import Text

from agentprobe.lab.prompts.judgement import Judgement
from agentprobe.lab.prompts.regress import Regression
from agentprobe.lab.prompts.shift import Pair, Shift, tasks_for
from agentprobe.report.words import plain

_SHOWN = 8
_EXAMPLES = 3


def draw(found: Regression, verdict: Judgement) -> RenderableType:
    """The changed prompts, what has shifted, examples, and what follows."""
    heads = [
        Text(f"{plain(one.id)}  {one.old[:_SHOWN]} → {one.new[:_SHOWN]}", style="bold")
        for one in found.changed
    ]
    style = {0: "green", 1: "red", 3: "yellow"}[verdict.exit_code]
    return Group(
        *heads, *_counted(found, verdict.limit), *_examples(found.shift), Text(verdict.said, style=style)
    )


def _counted(found: Regression, limit: float) -> list[Text]:
    shift = found.shift
    tasks = len(shift.tallies)
    low, high = shift.bounds.low, shift.bounds.high
    lines = [
        Text(
            f"{len(shift.shifted)} of {len(shift.pairs)} outputs shifted, on {tasks} tasks: "
            f"{shift.share:.0%} (between {low:.0%} and {high:.0%} at 95 %)"
        )
    ]
    why = Counter(reason for pair in shift.shifted for reason in pair.differs)
    if why:
        lines.append(Text("in: " + ", ".join(f"{name} {times}" for name, times in why.most_common())))
    if found.control is not None:
        lines.append(Text(f"the old prompts against themselves: {found.control.share:.0%} shift by chance"))
    if shift.unpaired:
        lines.append(Text(f"{shift.unpaired} runs have no counterpart and were left out", style="yellow"))
    if shift.pairs and not shift.shifted and high > limit and (needed := tasks_for(limit)) > tasks:
        lines.append(
            Text(f"so few tasks cannot show that under {limit:.0%} shift: {needed} could", style="yellow")
        )
    return lines


def _examples(shift: Shift) -> list[Text]:
    """The first shifted pair of each task."""
    firsts = {(pair.agent, pair.task, pair.rows): pair for pair in reversed(shift.shifted)}
    chosen = sorted(firsts.values(), key=lambda pair: (pair.agent, pair.task, pair.rows or 0))
    return [line for pair in chosen[:_EXAMPLES] for line in _example(pair)]


def _example(pair: Pair) -> list[Text]:
    rows = f", {pair.rows:,} rows" if pair.rows is not None else ""
    head = Text(f"  {plain(pair.task)} ({plain(pair.agent)}{rows}): {', '.join(pair.differs)}", style="dim")
    return [head, *(Text(f"    {sign} {_cut(text)}") for sign, text in (("-", pair.old), ("+", pair.new)))]


def _cut(text: str) -> str:
    line = plain(" ".join(text.split()))
    return line if len(line) <= 100 else line[:99] + "…"
