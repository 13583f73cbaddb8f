"""The catalogue of rules and the checklist in a terminal, and what is said beside the findings of a scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from agentprobe.report.scan_beside import failed, over
from agentprobe.report.scan_words import counted
from agentprobe.report.words import plain
from agentprobe.scan.checklist import Line, State
from agentprobe.scan.choosing import Told
from agentprobe.scan.rule import Rule

_STYLES = {State.MET: "green", State.PARTLY: "yellow", State.NOT_MET: "red", State.NOT_FOUND: "dim"}
_MOST = 20


def draw_checklist(lines: Sequence[Line]) -> RenderableType:
    """What an agent needs before it is called ready, and how each item stands."""
    table = Table(pad_edge=False)
    for name in ("item", "state", "where", "rules"):
        table.add_column(name, overflow="fold")
    for line in lines:
        where = "\n".join(f"{plain(str(place))}  {plain(what)}" for place, what in line.places)
        state = Text(str(line.state), style=_STYLES[line.state])
        table.add_row(Text(str(line.item)), state, Text(where), Text(" ".join(line.rules)))
    return table


def draw_rules(rules: Iterable[type[Rule]]) -> RenderableType:
    """The catalogue, one rule a line."""
    table = Table(box=None, pad_edge=False)
    for name in ("code", "name", "severity", "fix", "what it finds"):
        table.add_column(name, overflow="fold")
    for rule in sorted(rules, key=lambda one: one.code):
        first = " ".join((rule.__doc__ or "").partition("\n\n")[0].split())
        table.add_row(rule.code, rule.name, str(rule.severity), rule.fixes, Text(first))
    return table


def beside(told: Told) -> Iterator[str]:
    """Lines on what a report of findings does not say: what was not told, comments, and rules that failed."""
    for notice in told.notices[:_MOST]:
        yield f"{plain(str(notice.place))}: {plain(notice.text)}"
    for one in told.expired[:_MOST]:
        yield plain(f"{one.path}: {over(one)}")
    if told.gone:
        yield f"{len(told.gone)} entries of the baseline fit nothing; --write-baseline drops them"
    hidden = _hidden(told)
    if hidden:
        yield f"not told: {hidden}"
    for bug in told.scanned.broken[:_MOST]:
        yield plain(failed(bug))


def _hidden(told: Told) -> str:
    numbers = (
        (told.known, "in the baseline"),
        (len(told.scanned.allowed), "allowed by comments"),
        (told.for_others, "for --persona pedantic or auditor"),
        (told.milder, "milder than --severity"),
        (told.unchosen, "of rules that were not chosen"),
    )
    said = [f"{number:,} {what}" for number, what in numbers if number]
    if files := told.scanned.by_words:
        have = "that has" if files == 1 else "that have"
        said.append(f"{counted(files, 'file')} {have} nothing to do with agents")
    return ", ".join(said)
