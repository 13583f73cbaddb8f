"""Tasks out of production's traces: what was asked and done there, asked of people of the world instead.

Nothing of a trace is kept but its shape. Who was spoken of is found by the values that the agent gave to
its tools, and gives way to somebody of the world: in a mapped snapshot to the person's own pseudonym,
elsewhere to somebody whom about as many rows fit. All other words are cleaned as a snapshot's texts are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from agentprobe.basis.canonical import digest
from agentprobe.trace.view import Trace
from agentprobe.worlds.asked.results import rows_in
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.planting.cast import cast_of
from agentprobe.worlds.planting.persons import names_of, who
from agentprobe.worlds.planting.planted import Who, read_planting
from agentprobe.worlds.planting.stage import Row, Rows
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.slots import BORN, CITY, NAME, Slot, filled, slots_of
from agentprobe.worlds.tasks.spec import EffectSpec, TaskSpec
from agentprobe.worlds.tasks.truth import Truth

Cleaning = Callable[[str], str]
FAMILY = "from_traces"


def from_traces(
    traces: Iterable[Trace],
    world: WorldFolder,
    *,
    clean: Cleaning,
    mapped: bool = False,
    cast: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[TaskSpec, ...]:
    """The tasks that traces of production show, each prompt once.

    `clean` replaces what is personal in a text; with `mapped` it does so by the key of this very snapshot,
    so that names come out as they stand in the world. A trace that speaks of nobody, or of nobody whom the
    world knows, gives no task, since nothing would say what is right. Where one person fits, the writes of
    the trace are expected, with those arguments that speak of the person; where several do, a question back.
    People are chosen by how many rows fit at this density, so the tasks belong to this world.
    """
    planting = read_planting(world.path)
    played = planting.cast if planting else cast_of(world.schema, cast)
    if played.lacks(("people.key",)):
        return ()
    with Truth(world, played) as truth:
        hearts = Rows(world, played, seed=0, users=()).heart(truth.people.table)
        found = {
            spec.id: spec for trace in traces for spec in _task(trace, truth, hearts, clean, mapped=mapped)
        }
    return tuple(found.values())


def _task(
    trace: Trace, truth: Truth, hearts: Sequence[Row], clean: Cleaning, *, mapped: bool
) -> Iterator[TaskSpec]:
    prompt = prompt_of(trace)
    writes = _writes(trace)
    slots = slots_of(prompt, [use.arguments for use in trace.tool_calls if use.name not in writes])
    if not any(slot.kind == NAME for slot in slots):
        return
    row = _own(truth, slots, clean) if mapped else _alike(truth, hearts, slots, _candidates(trace))
    if row is None:
        return
    one = who(row, truth.people)
    values = _values(slots, row, truth)
    said = filled(prompt, slots, values, clean)
    fitting, loosest = _fitting(truth, one, slots), truth.fitting(one, city=False, born=False)
    spec = TaskSpec(
        id=f"trace-{digest(said)[:12]}",
        family=FAMILY,
        prompt=said,
        asks_back=False,
        effects=tuple(_effects(writes, values, said, clean)),
        fitting=len(fitting),
        candidates=len(loosest),
        tools=tuple(use.name for use in trace.tool_calls),
    )
    yield spec if truth.persons(fitting) == 1 else spec.asking()


def prompt_of(trace: Trace) -> str:
    """What the user asked first; empty where the trace does not tell."""
    for turn in trace.turns:
        for message in turn.request.messages if turn.request is not None else ():
            if message.role == "user" and message.text.strip():
                return message.text.strip()
    return ""


def _candidates(trace: Trace) -> int:
    """How many rows the first search of production's agent found."""
    return next((size for use in trace.tool_calls if (size := rows_in(use)) is not None), 1)


def _own(truth: Truth, slots: Sequence[Slot], clean: Cleaning) -> Row | None:
    """The record of the person's own pseudonym."""
    told = {slot.kind: clean(slot.value) for slot in slots if slot.kind in (NAME, CITY)}
    words = told[NAME].split()
    one = Who(key=None, given=" ".join(words[:-1]), surname=words[-1], city=told.get(CITY, ""))
    found = truth.fitting(one, given=len(words) > 1, city=CITY in told, born=False)
    return found[0] if found else None


def _alike(truth: Truth, hearts: Sequence[Row], slots: Sequence[Slot], candidates: int) -> Row | None:
    """Somebody at the world's heart whom about as many rows fit; the first of those who are equally near."""
    people, kinds = truth.people, {slot.kind for slot in slots}
    wanted = [column for kind, column in ((CITY, people.city), (BORN, people.born)) if kind in kinds]
    fit = [
        row
        for row in hearts
        if all(names_of(row, people)) and all(column and row[column] for column in wanted)
    ]

    def away(row: Row) -> int:
        return abs(len(_fitting(truth, who(row, people), slots)) - candidates)

    return min(fit, key=away, default=None)


def _fitting(truth: Truth, one: Who, slots: Sequence[Slot]) -> list[Row]:
    kinds = {slot.kind for slot in slots}
    given = any(slot.kind == NAME and slot.words > 1 for slot in slots)
    return truth.fitting(one, given=given, city=CITY in kinds, born=BORN in kinds)


def _values(slots: Sequence[Slot], row: Row, truth: Truth) -> dict[Slot, str]:
    """What stands in each slot for this person."""
    people, one = truth.people, who(row, truth.people)
    held = {NAME: one.name, CITY: one.city, BORN: one.born}
    columns = {kind: getattr(people, kind) for kind in ("email", "phone")}
    held |= {kind: str(row[column] or "") for kind, column in columns.items() if column}
    return {
        slot: one.surname if slot.kind == NAME and slot.words == 1 else held.get(slot.kind, "")
        for slot in slots
    }


def _effects(
    writes: Mapping[str, tuple[Mapping[str, Any], int]],
    values: Mapping[Slot, str],
    said: str,
    clean: Cleaning,
) -> Iterator[EffectSpec]:
    """The writes that were carried out, with those of their arguments that the new prompt tells."""
    in_slots = {plain(slot.value): value for slot, value in values.items() if value}
    for tool, (arguments, times) in writes.items():
        texts = {name: value for name, value in arguments.items() if isinstance(value, str) and value.strip()}
        told = {name: in_slots.get(plain(value)) or clean(value) for name, value in texts.items()}
        pointed = {name: value for name, value in told.items() if value in said}
        yield EffectSpec(tool=tool, arguments=pointed, times=times)


def _writes(trace: Trace) -> dict[str, tuple[Mapping[str, Any], int]]:
    """Each tool that wrote, with the arguments of its first write and how often it did."""
    found: dict[str, tuple[Mapping[str, Any], int]] = {}
    for effect in trace.ledger().effects:
        if effect.committed:
            first, times = found.get(effect.tool, (effect.arguments, 0))
            found[effect.tool] = (first, times + 1)
    return found
