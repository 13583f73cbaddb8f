"""Prompts in a terminal: what there is, what has drifted, what was said, what a change has shifted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from agentprobe.report.words import plain
from agentprobe.scan.prompts.drift import Change, Drifted
from agentprobe.scan.prompts.lock import Lock
from agentprobe.scan.prompts.prompt import Prompt
from agentprobe.scan.prompts.said import Match, Said

_SHOWN = 8
"""So many digits of a digest are shown."""
_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_CHANGES = {Change.CHANGED: "red", Change.NEW: "yellow", Change.GONE: "yellow", Change.MOVED: "dim"}
_MATCHES = {Match.LOCKED: "green", Match.WITHIN: "green", Match.CHANGED: "red", Match.UNKNOWN: "red"}
_MATCHED = {
    Match.LOCKED: "under lock",
    Match.WITHIN: "holds what is under lock",
    Match.CHANGED: "NOT as locked",
    Match.UNKNOWN: "NOT under lock",
}


def listed(prompts: Sequence[Prompt], lock: Lock) -> RenderableType:
    """The prompts of a project, and whether each is under lock."""
    if not prompts:
        return Text("no prompts were found")
    return Group(*(_listed(one, lock) for one in prompts))


def _listed(one: Prompt, lock: Lock) -> Text:
    entry = lock.by_id.get(one.id)
    state, style = ("new", "yellow") if entry is None else ("changed", "red")
    if entry is not None and entry.digest == one.digest:
        state, style = "locked", "green"
    told = f"  {one.role:<8}  {len(one.text):>7,}  {plain(one.id)}:{one.place.line}"
    line = Text.assemble(one.digest[:_SHOWN], "  ", (f"{state:<7}", style), told)
    if one.variables:
        line.append(plain(f"  {{{', '.join(one.variables)}}}"), style="dim")
    return line


def written(lock: Lock, changes: Sequence[Drifted], path: Path) -> RenderableType:
    """What was written into the lock."""
    kinds = Counter(one.change for one in changes)
    told = ", ".join(f"{kinds[kind]} {kind}" for kind in Change if kinds[kind]) or "nothing has changed"
    waiting = sum(1 for one in lock.entries if one.was and not one.reviewed_by)
    lines = [Text(f"{_many(len(lock.entries))} under lock in {plain(str(path))}: {told}")]
    if waiting:
        lines.append(
            Text(
                f"{waiting} changed with no review on record: agentprobe prompts lock --reviewed-by NAME "
                "--reason TEXT",
                style="yellow",
            )
        )
    return Group(*lines)


def drift(lock: Lock, changes: Sequence[Drifted]) -> RenderableType:
    """What is not as the lock says."""
    if not changes:
        return Text(f"nothing has drifted: {_many(len(lock.entries))} under lock", style="green")
    shown = [part for one in changes for part in _drifted(one)]
    again = "when this is meant: agentprobe prompts lock --reviewed-by NAME --reason TEXT"
    return Group(*shown, Text(again, style="dim"))


def _drifted(one: Drifted) -> Iterable[Text]:
    where = f":{one.line}" if one.line else ""
    digests = " → ".join(its[:_SHOWN] for its in (one.old, one.new) if its)
    head = Text.assemble((one.change.value, _CHANGES[one.change]), f"  {plain(one.id)}{where}  {digests}")
    if one.was_id:
        head.append(f"  was {plain(one.was_id)}")
    yield head
    for word, names in (("no longer filled in", one.variables_gone), ("now filled in", one.variables_new)):
        if names:
            yield Text(f"  {word}: {plain(', '.join(names))}", style="yellow")
    yield from _lines(one.diff)


def _lines(diff: Iterable[str]) -> Iterable[Text]:
    for line in diff:
        yield Text("  " + plain(line), style=_STYLES.get(line[:1], ""))


def said(path: str, found: Sequence[Said]) -> RenderableType:
    """What a run told its models, and what the lock says about it."""
    if not found:
        return Text(f"{plain(path)}: no system prompt was seen in this run", style="yellow")
    return Group(Text(plain(path), style="bold"), *(part for one in found for part in _said(one)))


def _said(one: Said) -> Iterable[Text]:
    calls = f"call {one.calls[0]}" if len(one.calls) == 1 else f"{len(one.calls)} calls"
    text = Text.assemble((_MATCHED[one.match], _MATCHES[one.match]), f"  {one.digest[:_SHOWN]}  {calls}")
    if one.ids:
        text.append(f"  {plain(', '.join(one.ids))}")
    if one.match is Match.WITHIN:
        text.append(f"  (and {one.beside:.0%} other text)")
    if one.match is Match.UNKNOWN:
        text.append(f'  begins "{plain(one.begins)}"')
    yield text
    yield from _lines(one.diff)


def _many(count: int) -> str:
    return "1 prompt" if count == 1 else f"{count} prompts"


def warning(found: Sequence[Said], file: str = "FILE") -> Text | None:
    """One line for those who have a lock and whose agent said something else; None where all is well."""
    odd = [one for one in found if one.match in (Match.CHANGED, Match.UNKNOWN)]
    if not odd:
        return None
    first = f"like {odd[0].ids[0]}" if odd[0].ids else f'beginning "{odd[0].begins[:40]}"'
    return Text(
        f"{len(odd)} of {len(found)} system prompts not under lock, the first {plain(first)}; "
        f"see: agentprobe prompts check --trace {plain(file)}",
        style="yellow",
    )
