"""Putting a text into a tool's result, as somebody could who may write into what the tool reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agentprobe.chaos._results import UNCHANGED, reshape
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import ASKED_BACK, Outcome

_BREAK = re.compile(r"(?<=[.!?\n])\s+")
NOTE = "note"
"""The field that a record is given which has no text of its own."""


def planted_in(fault: Fault, outcome: Outcome, plant: Callable[[Any], Any], did: str) -> Outcome:
    """What a tool gave with a text in it; as it is where it failed, asks back, or has no place for one."""
    whole = outcome.ok and ASKED_BACK not in outcome.marks
    changed = reshape(outcome.value, plant) if whole else UNCHANGED
    return outcome if changed is UNCHANGED else fault.answered(changed, outcome, did)


def planted(value: Any, text: str) -> Any:
    """The value with the text in it: at a text's end, in a record's longest text, in a list's last item."""
    match value:
        case str():
            return f"{value}\n\n{text}" if value else text
        case dict():
            return _in_record(value, lambda said: planted(said, text), text)
        case list() if value:
            inner = planted(value[-1], text) if isinstance(value[-1], dict) else UNCHANGED
            return [*value, text] if inner is UNCHANGED else [*value[:-1], inner]
        case _:
            return UNCHANGED


def buried(value: Any, text: str, place: float) -> Any:
    """The value with the text in one document among several, in the midst of what that says.

    Of a list that is one item, of a record the item of its longest list or else one paragraph of its longest
    text. UNCHANGED where there are not at least two to choose from.
    """
    match value:
        case str():
            return _between(value, text, place)
        case dict():
            lists = {key: inner for key, inner in value.items() if isinstance(inner, list) and len(inner) > 1}
            if lists:
                longest = max(lists, key=lambda key: len(lists[key]))
                inner = buried(lists[longest], text, place)
                return UNCHANGED if inner is UNCHANGED else {**value, longest: inner}
            return _in_record(value, lambda said: _between(said, text, place))
        case list() if len(value) > 1:
            chosen = min(int(place * len(value)), len(value) - 1)
            inner = _in_item(value[chosen], text, place)
            return UNCHANGED if inner is UNCHANGED else [*value[:chosen], inner, *value[chosen + 1 :]]
        case _:
            return UNCHANGED


def _in_item(item: Any, text: str, place: float) -> Any:
    inner = buried(item, text, place) if isinstance(item, str | dict) else UNCHANGED
    return planted(item, text) if inner is UNCHANGED else inner


def _between(said: str, text: str, place: float) -> Any:
    """Between two sentences or paragraphs."""
    breaks = list(_BREAK.finditer(said))
    if not breaks:
        return UNCHANGED
    chosen = breaks[min(int(place * len(breaks)), len(breaks) - 1)]
    return f"{said[: chosen.start()]} {text} {said[chosen.end() :]}"


def _in_record(record: dict[Any, Any], change: Callable[[str], Any], note: str = "") -> Any:
    """Change the longest text of a record, or give it one where there is none."""
    texts = {key: inner for key, inner in record.items() if isinstance(inner, str) and inner}
    if not texts:
        return {**record, NOTE: note} if note else UNCHANGED
    longest = max(texts, key=lambda key: len(texts[key]))
    inner = change(texts[longest])
    return UNCHANGED if inner is UNCHANGED else {**record, longest: inner}
