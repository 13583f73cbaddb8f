"""The findings and what does right, as a list of what an agent needs before it is called ready."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentprobe.scan.finding import Finding, Met, Place
from agentprobe.scan.purpose import is_shown
from agentprobe.scan.rule import RULES
from agentprobe.scan.severity import Item


class State(StrEnum):
    """How an item stands; what nobody has found is not the same as what is known to be missing."""

    MET = "met"
    NOT_MET = "not met"
    PARTLY = "partly met"
    """Some place meets it, and another is found that does not."""
    NOT_FOUND = "not found"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One item of the checklist."""

    item: Item
    state: State
    places: tuple[tuple[Place, str], ...]
    """Where it is met or not met, the first few, each with what is there."""
    rules: tuple[str, ...]
    """The codes of the rules that speak about it."""


_SHOWN = 3


def checklist(findings: tuple[Finding, ...], met: tuple[Met, ...]) -> tuple[Line, ...]:
    """All items, in the order of `Item`, each with how it stands and where that is seen."""
    items = {rule.code: rule.item for rule in RULES if rule.item is not None}
    return tuple(_line(item, items, findings, met) for item in Item)


def _line(item: Item, items: dict[str, Item], findings: tuple[Finding, ...], met: tuple[Met, ...]) -> Line:
    against = [(one.place, one.message) for one in findings if items.get(one.code) is item]
    speaks = list(dict.fromkeys((one.place, one.what) for one in met if one.item is item))
    against, speaks = _of_the_program(against, speaks)
    if against:
        state = State.PARTLY if speaks else State.NOT_MET
    else:
        state = State.MET if speaks else State.NOT_FOUND
    return Line(
        item=item,
        state=state,
        places=tuple(_shown(against, speaks)),
        rules=tuple(sorted(code for code, its in items.items() if its is item)),
    )


_Said = list[tuple[Place, str]]


def _of_the_program(against: _Said, speaks: _Said) -> tuple[_Said, _Said]:
    """What stands in the program itself; examples and notebooks speak where nothing else does."""
    own = [[one for one in said if not is_shown(one[0].path)] for said in (against, speaks)]
    return (own[0], own[1]) if own[0] or own[1] else (against, speaks)


def _shown(against: _Said, speaks: _Said) -> _Said:
    """The first few places; where an item is partly met, one that meets it comes last."""
    if not against or not speaks:
        return (against or speaks)[:_SHOWN]
    place, what = speaks[0]
    return [*against[: _SHOWN - 1], (place, f"met here: {what}")]
