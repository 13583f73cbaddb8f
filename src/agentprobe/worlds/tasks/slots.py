"""Where a prompt speaks of somebody: the places at which a name, a town or an address stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentprobe.worlds.planting.days import day_of, spelled

NAME, CITY, BORN, EMAIL, PHONE = "name", "city", "born", "email", "phone"
_KINDS = (
    (EMAIL, re.compile(r"mail", re.IGNORECASE)),
    (PHONE, re.compile(r"phone|mobile|tel(?:ephone)?$", re.IGNORECASE)),
    (BORN, re.compile(r"birth|born|dob", re.IGNORECASE)),
    (CITY, re.compile(r"city|town|suburb|place|location", re.IGNORECASE)),
    (NAME, re.compile(r"name|customer|client|person|patient|member|who", re.IGNORECASE)),
)
"""What the arguments of tools are called that speak of somebody; the first that fits counts."""
_EMAIL = re.compile(r"[^\s@,;:()<>]+@[\w.-]+\.\w+")
_LETTER = re.compile(r"[^\W\d_]")
_LEAST = 2


@dataclass(frozen=True, order=True)
class Slot:
    """A place in a prompt."""

    start: int
    end: int
    kind: str
    value: str
    """What stood there; it goes nowhere."""

    @property
    def words(self) -> int:
        """How many words stood there."""
        return len(self.value.split())


def slots_of(prompt: str, calls: Sequence[Any]) -> tuple[Slot, ...]:
    """Where a prompt holds what an agent then gave to its tools, in order and without overlaps."""
    found = sorted(
        {*_from_arguments(prompt, calls), *_from_forms(prompt)}, key=lambda one: (one.start, -one.end)
    )
    kept: list[Slot] = []
    for slot in found:
        if not kept or slot.start >= kept[-1].end:
            kept.append(slot)
    return tuple(kept)


def filled(
    prompt: str, slots: Sequence[Slot], values: Mapping[Slot, str], clean: Callable[[str], str]
) -> str:
    """The prompt with other values in its slots and all other words cleaned; a slot may stay empty."""
    parts, at = [], 0
    for slot in slots:
        parts += [_cleaned(prompt[at : slot.start], clean), _as_written(slot, values[slot])]
        at = slot.end
    parts.append(_cleaned(prompt[at:], clean))
    return re.sub(r" {2,}", " ", "".join(parts)).strip()


def _cleaned(text: str, clean: Callable[[str], str]) -> str:
    """A stretch of text cleaned, its blanks at both ends kept."""
    inner = text.strip()
    if not _LETTER.search(inner) and not any(one.isdigit() for one in inner):
        return text
    start = text.index(inner)
    return text[:start] + clean(inner) + text[start + len(inner) :]


def _as_written(slot: Slot, value: str) -> str:
    """A value in the slot's own form: a day as it was written there."""
    day = day_of(value) if slot.kind == BORN else None
    if day is None or re.match(r"\d{4}-\d\d-\d\d", slot.value):
        return value
    if re.fullmatch(r"\d\d?/\d\d?/\d{4}", slot.value):
        return f"{day:%d/%m/%Y}"
    return spelled(day)


def _from_arguments(prompt: str, calls: Sequence[Any]) -> Iterator[Slot]:
    for arguments in calls:
        for name, value in arguments.items() if isinstance(arguments, Mapping) else ():
            kind = next((kind for kind, pattern in _KINDS if pattern.search(name)), "")
            if kind and isinstance(value, str) and len(value.strip()) >= _LEAST:
                yield from _places(prompt, kind, value.strip())


def _places(prompt: str, kind: str, value: str) -> Iterator[Slot]:
    ways = [re.escape(value)]
    if kind == BORN and (day := day_of(value)) is not None:
        ways += [
            re.escape(way) for way in (spelled(day), f"{day:%B} {day.day}, {day.year}", f"{day:%d/%m/%Y}")
        ]
    for found in re.finditer(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)", prompt, re.IGNORECASE):
        yield Slot(found.start(), found.end(), kind, found[0])


def _from_forms(prompt: str) -> Iterator[Slot]:
    for found in _EMAIL.finditer(prompt):
        yield Slot(found.start(), found.end(), EMAIL, found[0].rstrip("."))
