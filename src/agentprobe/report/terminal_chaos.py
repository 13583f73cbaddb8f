"""A chaos campaign as it is read in a terminal: the matrix, the smallest sets, what was covered."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agentprobe.chaos._settings import changed_settings, spelled
from agentprobe.chaos.fault import Fault
from agentprobe.domain.reaction import HARMLESS, Reaction
from agentprobe.lab.chaos.found import Campaigned, Cell, Hunted, Minimal
from agentprobe.lab.chaos.planned import Planned, PlannedHunt
from agentprobe.lab.chaos.prove import Proof
from agentprobe.report import words
from agentprobe.report.chaos_words import COLUMNS, MEANINGS, covered, many, spent, title, verdict

_COLOURS = {
    **dict.fromkeys(Reaction, "red"),
    **dict.fromkeys(HARMLESS, "green"),
    Reaction.STRAYED: "yellow",
    Reaction.UNTOUCHED: "dim",
    Reaction.UNJUDGED: "dim",
}
_MOST_IDLE = 12


def draw(found: Campaigned) -> RenderableType:
    """All that there is to say; the findings stand behind the matrix, the verdict last."""
    parts: list[RenderableType] = []
    if found.cells:
        together = any(" + " in cell.fault for cell in found.cells)
        parts += [Text("\nThese faults together" if together else "\nEach fault alone", style="bold")]
        parts.append(_matrix(found))
    if found.minimal:
        parts += [Text("\nWhat breaks it", style="bold"), *map(_minimal, found.minimal)]
    parts.append(Text("\nHow far it came", style="bold"))
    parts += [_hunt(hunt) for hunt in found.hunts]
    parts += [Text(f"note: {words.plain(note)}", style="yellow") for note in found.notes]
    return Group(*parts, _verdict(found))


def _matrix(found: Campaigned) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    several = len({cell.agent for cell in found.cells}) > 1
    if several:
        table.add_column("agent", no_wrap=True)
    table.add_column("fault", overflow="fold")
    columns = _told_of(found.cells)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    family = ""
    for cell in found.cells:
        if cell.family != family:
            family = cell.family
            table.add_row(*([""] if several else []), Text(family, style="bold dim"))
        first = [Text(cell.agent)] if several else []
        counts = [_count(cell, column) for column in columns]
        table.add_row(*first, Text(words.plain(cell.strike)), *counts)
    return table


def _told_of(cells: Sequence[Cell]) -> list[str]:
    """The columns in which something is counted; empty ones would only take the faults their room."""
    seen = {reaction for cell in cells for reaction, times in cell.counts.items() if times}
    return [column for column, reactions in COLUMNS.items() if seen.intersection(reactions)]


def _count(cell: Cell, column: str) -> Text:
    reactions = COLUMNS[column]
    times = sum(cell.counts.get(reaction, 0) for reaction in reactions)
    if not times:
        return Text("·", style="dim")
    worst = next(reaction for reaction in reactions if cell.counts.get(reaction))
    told = title(worst) if worst not in HARMLESS and title(worst) != column and len(reactions) > 1 else ""
    return Text(f"{told} {times}".strip(), style=_COLOURS[worst])


def _minimal(one: Minimal) -> RenderableType:
    shown = one.shown
    head = Text.assemble(
        (title(shown.reaction), f"bold {_COLOURS[shown.reaction]}"), "  ", (one.schedule, "bold")
    )
    lines: list[RenderableType] = [
        Text(f"{one.agent}, {one.task}: {words.plain(shown.reason or MEANINGS[shown.reaction])}")
    ]
    if shown.answer and shown.reaction is not Reaction.STOPPED:
        lines.append(Text(f"answer: “{words.plain(shown.answer)[:160]}”", style="dim"))
    if one.also:
        lines.append(Text(f"the same on {', '.join(one.also)}", style="dim"))
    if one.out_of > 1:
        lines.append(
            Text(f"found among {one.out_of} faults, made this small in {one.runs} runs", style="dim")
        )
    lines += [
        Text.assemble(("mend: ", "green"), f"{remedy.text} ", (f"[{remedy.mend.value}]", "dim"))
        for remedy in one.remedies[:2]
    ]
    lines += [Text(one.reproduce, style="cyan"), Text(f"kept in {one.folder}", style="dim")]
    return Group(head, Padding(Group(*lines), (0, 0, 1, 4)))


def _hunt(hunt: Hunted) -> RenderableType:
    density = f", {words.rows_of(hunt.rows)}" if hunt.rows is not None else ""
    where = f"{hunt.agent}, {hunt.task}{density}: "
    if hunt.unsteady:
        return Text(where + words.plain(hunt.unsteady), style="yellow")
    lines = [f"{where}{many(hunt.strikes, 'fault')}; {covered(hunt)}"]
    if hunt.killers:
        ended = f"{len(hunt.killers)} of them end the run by themselves and stand in no combination"
        lines.append(f"    {ended}")
    if hunt.idle:
        lines.append(f"    {len(hunt.idle)} found nothing to strike, which says nothing: {_some(hunt.idle)}")
    if hunt.unfinished:
        lines.append(f"    not finished: {hunt.unfinished}")
    if hunt.unsettled:
        named = _some(hunt.unsettled)
        lines.append(f"    failed, and could not be tried again: {named}; the same command goes on with it")
    return Text("\n".join(lines))


def _some(schedules: Sequence[str]) -> str:
    return ", ".join(schedules[:_MOST_IDLE]) + (", …" if len(schedules) > _MOST_IDLE else "")


def _verdict(found: Campaigned) -> RenderableType:
    lines: list[RenderableType] = [Text("")]
    if found.simulated:
        said = f"Simulated model ({found.model}): this shows how code and prompts meet the world."
        lines.append(Text(said, style="yellow"))
    lines.append(Text(spent(found)))
    if found.stopped:
        lines.append(Text(f"stopped: {found.stopped}", style="yellow"))
    colour = "red" if found.minimal else "yellow" if found.exit_code else "green"
    lines.append(Text(verdict(found), f"bold {colour}"))
    return Group(*lines)


# -- what is said beside a campaign ------------------------------------------------------------------------


def plan(planned: Planned) -> RenderableType:
    """What would be tried, and what it would cost."""
    lines: list[RenderableType] = [Text("\nWhat would be tried", style="bold"), *map(_planned, planned.hunts)]
    limits = planned.settings
    clock = "on virtual time, so waiting costs nothing" if planned.virtual else "in real time"
    lines.append(Text(f"\nabout {many(planned.runs, 'run')} {clock}; the budget allows {limits.runs:,}"))
    return Group(*lines)


def _planned(hunt: PlannedHunt) -> RenderableType:
    if hunt.unsteady:
        return Text(f"{hunt.agent}, {hunt.task}: {words.plain(hunt.unsteady)}", style="yellow")
    families = ", ".join(f"{name} {times}" for name, times in hunt.families)
    money = f", {hunt.dollars:,.2f} dollars" if hunt.dollars is not None else ""
    cost = f"about {hunt.tokens:,.0f} tokens{money}, {hunt.seconds:,.0f} s on the runs' own clock"
    told = [
        f"{hunt.agent}, {hunt.task}: {many(len(hunt.strikes), 'fault')} ({families})",
        f"    {many(hunt.singles, 'run')} with one, about {hunt.rows:,} with several; {cost}",
    ]
    return Group(Text("\n".join(told)), Padding(Text(", ".join(hunt.strikes), style="dim"), (0, 0, 0, 4)))


def catalogue(faults: Iterable[type[Fault]]) -> RenderableType:
    """The faults with their families and first sentences."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("fault", "family", "strikes", "what happens"):
        table.add_column(column, no_wrap=column != "what happens")
    for fault in sorted(faults, key=lambda one: (one.family.value, one.name)):
        first = (inspect.getdoc(fault) or "").partition("\n")[0]
        sites = " ".join(kind.value for kind in fault.strikes)
        table.add_row(fault.name, Text(fault.family.value, style="dim"), sites, first)
    return table


def form(fault: Fault) -> str:
    """A form of a fault as it is written in a schedule."""
    settings = ", ".join(f"{name}={spelled(value)}" for name, value in changed_settings(fault).items())
    return f"{fault.name}({settings})" if settings else fault.name


def proofs(found: Sequence[Proof]) -> RenderableType:
    """What became of earlier findings."""
    if not found:
        return Text("the last campaign has found nothing, so there is nothing to prove")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("finding", "before", "now", ""):
        table.add_column(column, overflow="fold")
    for proof in found:
        said = "mended" if proof.mended else "still breaks" if proof.breaks else "not struck"
        style = "green" if proof.mended else "red" if proof.breaks else "yellow"
        before = proof.finding.shown.reaction
        table.add_row(
            proof.finding.name,
            Text(title(before), _COLOURS[before]),
            Text(title(proof.reaction), _COLOURS[proof.reaction]),
            Text(f"{said}{': ' + words.plain(proof.reason) if proof.reason else ''}", style),
        )
    return table
