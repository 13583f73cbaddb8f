"""How dirty a column of text is: the share of rows with dirt of each kind of `grow/junk.py`."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from agentprobe.worlds.shape.arrays import Values, flags, pc
from agentprobe.worlds.shape.model import Weighted

PLACEHOLDERS = ("n/a", "-", "unknown", "none", "null", "test", "tbd", ".", "?", "", "xxx", "na", "nil", "--")


def dirt_of(values: Values, case: str) -> Weighted:
    """Shares of the rows that are not null, of the kinds that occur."""
    if not len(values):
        return ()
    text = values.cast(pa.string())
    upper, lower = _share(pc.utf8_is_upper(text)), _share(pc.utf8_is_lower(text))
    found = {
        "placeholder": _share(pc.is_in(pc.utf8_lower(text), pa.array(PLACEHOLDERS))),
        "blank_after": _share(pc.match_substring_regex(text, r"\S\s+$")),
        "blank_before": _share(pc.match_substring_regex(text, r"^\s+\S")),
        "double_blank": _share(pc.match_substring_regex(text, r"\S\s{2,}\S")),
        "mojibake": _share(pc.match_substring_regex(text, "Ã.|â€|\ufffd")),
        "upper": upper if case != "upper" else 0.0,
        "lower": lower if case != "lower" else 0.0,
    }
    return tuple((name, round(share, 6)) for name, share in found.items() if share > 0)


def case_of(values: Values) -> str:
    """How most values are written: `title`, `lower` or `upper`."""
    text = values.cast(pa.string())
    if not len(text):
        return "title"
    upper, lower = _share(pc.utf8_is_upper(text)), _share(pc.utf8_is_lower(text))
    if upper > 0.5:
        return "upper"
    return "lower" if lower > 0.5 else "title"


def _share(found: Values) -> float:
    return float(np.mean(flags(found)))
