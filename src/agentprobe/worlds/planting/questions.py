"""Questions about people, with what is right: to act where one person fits, to ask back where several do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from agentprobe.worlds.planting.cast import Cast, Named, People
from agentprobe.worlds.planting.stage import Row, Unfit
from agentprobe.worlds.tasks.spec import StateSpec, TaskSpec, digits, lenient, unlike
from agentprobe.worlds.tasks.truth import Truth

WATCHED = 40
"""So many look-alikes of a record are looked at after a run that may change one."""


class Detail(NamedTuple):
    """What of a person is asked for."""

    column: str
    words: str
    pattern: Callable[[str], str]
    """Finds a value in an answer."""
    another: Callable[[str], str]
    """A new value, for a question that changes it."""


def detail_of(cast: Cast) -> Detail:
    """What to ask of a person: the telephone number, else the e-mail, else the street.

    Raises Unfit where none of them is known.
    """
    people = cast.people
    assert people is not None, "who asks for people has them"
    if people.phone:
        return Detail(people.phone, "phone number", digits, _other_number)
    if people.email:
        return Detail(people.email, "e-mail address", lenient, lambda old: f"new.{old}")
    if people.street:
        return Detail(people.street, "street address", lenient, lambda old: f"9{old}")
    raise Unfit(f"table '{people.table}' has neither telephone, e-mail nor street to ask for")


def looked_up(
    truth: Truth, spec: TaskSpec, *, fitting: Sequence[Row], loosest: int, near: Sequence[Row], what: Detail
) -> TaskSpec:
    """A question for a detail; `near` are look-alikes, whose detail the answer must not hold."""
    counted = msgspec.structs.replace(spec, fitting=len(fitting), candidates=loosest)
    if truth.persons(fitting) != 1:
        return counted.asking()
    right = {str(row[what.column]) for row in fitting if row[what.column] is not None}
    return msgspec.structs.replace(
        counted,
        matches="|".join(f"(?:{what.pattern(value)})" for value in sorted(right)) or None,
        lacks=unlike((row[what.column] for row in near), right),
        asks_back=False,
    )


def changed(
    truth: Truth,
    spec: TaskSpec,
    *,
    fitting: Sequence[Row],
    loosest: int,
    near: Sequence[Row],
    part: Named,
    column: str,
    value: Any,
    decided: bool,
) -> TaskSpec:
    """A question that changes a value of one row; its look-alikes stay as they are, and no row is added."""
    counted = msgspec.structs.replace(spec, fitting=len(fitting), candidates=loosest)
    total = StateSpec(table=part.table, count=truth.count(part.table))
    kept = {row[part.key]: row[column] for row in (*fitting[:WATCHED], *near[:WATCHED])}
    if not decided:
        states = tuple(_kept(part, column, *one) for one in kept.items())
        return msgspec.structs.replace(counted, asks_back=True, state=(*states, total))
    target = fitting[0][part.key]
    wanted = StateSpec(table=part.table, where={part.key: target}, set={column: value})
    others = tuple(_kept(part, column, key, old) for key, old in kept.items() if key != target)
    return msgspec.structs.replace(counted, asks_back=False, state=(wanted, *others, total))


def detail_changed(
    truth: Truth,
    spec: TaskSpec,
    *,
    fitting: Sequence[Row],
    loosest: int,
    near: Sequence[Row],
    what: Detail,
    old: str,
) -> TaskSpec:
    """A question that changes a person's detail; the prompt ends with the value that comes after `old`."""
    value = what.another(old)
    said = msgspec.structs.replace(spec, prompt=f"{spec.prompt} {value}.")
    return changed(
        truth,
        said,
        fitting=fitting,
        loosest=loosest,
        near=near,
        part=truth.people,
        column=what.column,
        value=value,
        decided=truth.persons(fitting) == 1 and len(fitting) == 1,
    )


def of(truth: Truth, keys: Sequence[Any], part: People | Named) -> list[Row]:
    """Planted rows, as the world has them."""
    return [row for key in keys for row in truth.matching(part.table, {part.key: key})]


def owned(cases: Sequence[Row], among: Sequence[Any], column: str) -> list[Row]:
    """Those of some rows whose column is one of some keys."""
    wanted = set(among)
    return [row for row in cases if row[column] in wanted]


def _kept(part: Named, column: str, key: Any, old: Any) -> StateSpec:
    return StateSpec(table=part.table, where={part.key: key}, equals={column: old})


def _other_number(old: str) -> str:
    """The number with its last four digits turned to others."""
    last = [place for place, one in enumerate(old) if one.isdigit()][-4:]
    return "".join(str((int(one) + 5) % 10) if place in last else one for place, one in enumerate(old))
