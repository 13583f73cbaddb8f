"""Worlds in a terminal: what was made and planted, what stands, what is stale, what moved."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agentprobe.report.words import plain
from agentprobe.worlds.check import TaskCheck, Weight
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.manifest import Manifest
from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.stand.standing import Standing
from agentprobe.worlds.stand.variables import variables
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.upkeep.result import Drift, Moved
from agentprobe.worlds.upkeep.retire import state_of

_WEIGHTS = {Weight.NOTHING: "red", Weight.SOMETHING: "green", Weight.UNKNOWN: "yellow"}
_STATES = {"in use": "green", "stale": "yellow", "retired": "dim"}


def made(world: WorldFolder, planted: Sequence[Planted] = ()) -> RenderableType:
    """A world that was made: its tables, and what was planted there."""
    manifest = world.manifest
    head = Text.assemble(
        (plain(str(world.path)), "bold"), f"  {manifest.kind}, digest {manifest.digest[:12]}"
    )
    return Group(head, _tables(manifest), *_planting(planted))


def _tables(manifest: Manifest) -> Table:
    table = _table("table", "rows", "columns")
    for one in manifest.schema.tables:
        rows = f"{manifest.rows.get(one.name, 0):,}"
        table.add_row(plain(one.name), rows, plain(", ".join(column.name for column in one.columns)))
    return table


def _planting(planted: Sequence[Planted]) -> Iterable[Text]:
    there = [one.ambiguity for one in planted if not one.skipped]
    if there:
        yield Text.assemble(("planted ", "bold"), ", ".join(there))
    for one in planted:
        if one.skipped:
            yield Text(f"left out {one.ambiguity}: {plain(one.skipped)}", style="dim")


def ambiguities(kinds: Iterable[type[Ambiguity]]) -> Table:
    """Every ambiguity with its first sentence."""
    table = _table("ambiguity", "what it is")
    for kind in kinds:
        table.add_row(kind.name, (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " "))
    return table


def stood(standing: Standing, folder: Path) -> RenderableType:
    """What stands, and how tools reach it."""
    rows = sum(standing.rows.values())
    head = Text.assemble((plain(str(folder)), "bold"), f"  {rows:,} rows in {standing.form}")
    lines = [Text(f"note: {plain(note)}", style="yellow") for note in standing.notes]
    if standing.form != "postgres":
        told = variables(standing.form, address="", seen_at=folder.absolute(), name="")
        lines += [Text(f"{name}={value}") for name, value in told.items()]
    else:
        lines.append(Text(f"database {plain(standing.base)} at {plain(standing.address)}"))
    return Group(head, *lines)


def listing(worlds: Sequence[tuple[Path, Manifest]], now: str, folder: Path) -> RenderableType:
    """The worlds there are, with their age and whether they count."""
    if not worlds:
        return Text(f"no world in {folder}", style="dim")
    table = _table("world", "kind", "rows", "as of", "expires", "state")
    for path, manifest in worlds:
        state = state_of(manifest, now)
        rows = f"{max(manifest.rows.values(), default=0):,}"
        days = [moment.partition("T")[0] or "-" for moment in (manifest.as_of, manifest.expires)]
        table.add_row(plain(str(path)), manifest.kind, rows, *days, Text(state, style=_STATES[state]))
    return table


def tasks(specs: Sequence[TaskSpec]) -> RenderableType:
    """The tasks of a world, with what is right there."""
    table = _table("task", "fit / near", "right", "prompt")
    for spec in specs:
        near = f"{spec.fitting:,} / {spec.candidates:,}" if spec.candidates else "-"
        table.add_row(plain(spec.id), near, _right(spec), plain(spec.prompt))
    return table


def _right(spec: TaskSpec) -> str:
    if spec.unknowable:
        return "say it cannot be known"
    if spec.asks_back:
        return "ask back"
    return "write" if spec.state or spec.effects else "answer"


def weighed(levels: Mapping[int | None, Sequence[TaskCheck]]) -> RenderableType:
    """Which tasks test nothing, density by density, each with what was found and what to do about it."""
    parts: list[RenderableType] = []
    for rows, checks in levels.items():
        nothing = [one for one in checks if one.weight is Weight.NOTHING]
        where = f"{rows:,} rows" if rows is not None else "without a world"
        head = f"\n{where}: {len(nothing)} of {len(checks)} tasks test nothing"
        parts += [Text(head, style="bold red" if nothing else "bold"), *_worthless(nothing)]
        for weight in (Weight.SOMETHING, Weight.UNKNOWN):
            if names := [plain(one.task) for one in checks if one.weight is weight]:
                parts.append(Text.assemble((f"{weight}: ", _WEIGHTS[weight]), ", ".join(names)))
    return Group(*parts)


def _worthless(checks: Sequence[TaskCheck]) -> Iterable[RenderableType]:
    for advice in dict.fromkeys(one.advice for one in checks):
        table = _table("task", "why")
        for one in checks:
            if one.advice == advice:
                table.add_row(Text(plain(one.task), style="red"), plain(one.said))
        yield table
        yield Text(f"to do: {plain(advice)}\n", style="italic")


def drifted(found: Drift, folder: Path) -> RenderableType:
    """How far production has moved, the furthest first."""
    head = Text.assemble(
        (plain(found.world), "bold"),
        f"  as of {found.as_of}, {found.age_days:g} days old, compared {found.checked}",
    )
    parts: list[RenderableType] = [
        head,
        *(Text(f"schema: {plain(one)}", style="red") for one in found.schema),
    ]
    if found.moved:
        parts.append(_moved(sorted(found.moved, key=_far, reverse=True)))
    if found.unobserved:
        parts.append(Text(f"{found.unobserved} dimensions had too few rows to say anything", style="yellow"))
    return Group(*parts, _outcome(found, folder))


def _far(one: Moved) -> float:
    return one.value / one.bound if one.bound else one.value


def _moved(moved: Iterable[Moved]) -> Table:
    table = _table("dimension", "where", "moved", "bound", "then", "now", "since")
    for one in moved:
        style = "red" if one.beyond else ""
        figures = [f"{value:,.4g}" if value is not None else "-" for value in (one.before, one.now)]
        table.add_row(
            Text(f"{one.kind.replace('_', ' ')}, {one.metric}", style=style),
            plain(one.where),
            Text(f"{one.value:.3g}", style=style),
            f"{one.bound:.3g}",
            *figures,
            _since(one),
        )
    return table


def _since(one: Moved) -> str:
    if one.beyond:
        day = one.since.partition("T")[0]
        within = one.within.partition("T")[0]
        return day if day == within else f"between {within} and {day}"
    return f"holds to day {one.lasts_days:,.0f}" if one.lasts_days is not None else ""


def _outcome(found: Drift, folder: Path) -> Text:
    if found.stale:
        said = f"The world no longer shows production; derive it anew: agentprobe world refresh {folder}"
        return Text(plain(said), style="bold red")
    if not found.moved:
        return Text("Not observed: production has too few rows to be compared.", style="bold yellow")
    ahead = found.next_days
    until = f"; at this pace it does so for {ahead:,.0f} days from its date" if ahead is not None else ""
    return Text(f"The world shows production as it is{until}.", style="bold green")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        right = column in ("rows", "moved", "bound", "then", "now", "fit / near")
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    return table
