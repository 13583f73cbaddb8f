"""The dirty tail: values that stand in a column and should not, or not like this."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.worlds.grow.chance import Whole
from agentprobe.worlds.grow.joined import Strings, joined, picked, strings
from agentprobe.worlds.shape.arrays import pc

PLACEHOLDERS = (
    "N/A",
    "n/a",
    "-",
    "unknown",
    "none",
    "null",
    "NULL",
    "test",
    "tbd",
    ".",
    "?",
    "",
    "xxx",
    "Unknown",
)
"""Public words for "nothing"; the rest of a shape's placeholders is told by these."""

Dirt = Callable[[Strings, Whole], Strings]


def _placeholder(values: Strings, bits: Whole) -> Strings:
    return picked(strings(PLACEHOLDERS), bits % len(PLACEHOLDERS))


def _mojibake(values: Strings, bits: Whole) -> Strings:
    """UTF-8 read as Latin-1: accents come out as two letters."""
    odd = strings(("Ã©", "Ã¼", "Ã¶", "Ã¡", "Ã±", "â€™", "\ufffd"))
    head, tail = pc.utf8_slice_codeunits(values, 0, 2), pc.utf8_slice_codeunits(values, 3)
    return joined(head, picked(odd, bits % len(odd)), tail)


DIRT: dict[str, Dirt] = {
    "blank_after": lambda values, bits: joined(values, " "),
    "blank_before": lambda values, bits: joined(" ", values),
    "double_blank": lambda values, bits: pc.replace_substring(values, " ", "  "),
    "upper": lambda values, bits: pc.utf8_upper(values),
    "lower": lambda values, bits: pc.utf8_lower(values),
    "mojibake": _mojibake,
    "placeholder": _placeholder,
}
"""Each kind of dirt, applied to whole columns."""
