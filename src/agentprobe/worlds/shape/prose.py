"""The shape of free text: how long, how often the same again, and whether it names the row's person."""

from __future__ import annotations

import pyarrow as pa

from agentprobe.worlds.roles import Role
from agentprobe.worlds.shape.arrays import Values, pc
from agentprobe.worlds.shape.counting import Counting, counted
from agentprobe.worlds.shape.model import Prose

_SAMPLE = 5000


def prose_of(values: Values, role: Role, counting: Counting, names: dict[str, Values]) -> Prose:
    """The shape of a column; `names` are the names in the same rows."""
    text = values.drop_null().cast(pa.string())
    words = pc.count_substring_regex(text, r"\S+").cast(pa.float64()).to_numpy(zero_copy_only=False)
    counts = counted(text)[1]
    lengths = counting.knots(words, most=21)
    short = role is Role.TITLE or (len(words) > 0 and float(words.mean()) < 5)
    return Prose(
        vocabulary="subjects" if short else "notes",
        lengths=tuple(max(length, 1.0) for length in lengths),
        spectrum=counting.spectrum(counts) if len(counts) < 0.99 * len(text) else None,
        mentions=tuple(
            (name, share) for name, one in names.items() if (share := _mentions(values, one)) > 0.002
        ),
    )


def _mentions(texts: Values, names: Values) -> float:
    """The share of the texts that hold the name in their row."""
    pairs = [
        (text.lower(), name.lower())
        for text, name in zip(
            texts.slice(0, _SAMPLE).cast(pa.string()).to_pylist(),
            names.slice(0, _SAMPLE).cast(pa.string()).to_pylist(),
            strict=True,
        )
        if text and name and len(name) > 2
    ]
    return round(sum(name in text for text, name in pairs) / len(pairs), 4) if pairs else 0.0
