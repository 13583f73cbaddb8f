"""What stands at the ends of JSON documents, as far as it may be told: amounts, days and common words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from agentprobe.worlds.guess.by_form import looked_at
from agentprobe.worlds.guess.decide import decided
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.json_leaves import leaves, read
from agentprobe.worlds.schema import Column
from agentprobe.worlds.shape.amounts import number_of
from agentprobe.worlds.shape.arrays import Values, pc
from agentprobe.worlds.shape.categories import category_of
from agentprobe.worlds.shape.counting import Counting
from agentprobe.worlds.shape.json_forms import bare
from agentprobe.worlds.shape.model import Json, JsonLeaf, Number

_MOST = 50_000
"""So many documents are looked into, evenly spread over all rows."""
_MOST_LEAVES = 200
_NEARLY_ALL = 0.95
_TOLD = frozenset({Role.CATEGORY, Role.FLAG, Role.COUNTRY, Role.REGION})
"""What a leaf must seem to be for its common words to be told: no names, no codes."""
_DAYS = (
    (r"^\d{4}-\d\d-\d\d$", "%Y-%m-%d"),
    (r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", "%Y-%m-%dT%H:%M:%SZ"),
    (r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$", "%Y-%m-%dT%H:%M:%S"),
    (r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", "%Y-%m-%d %H:%M:%S"),
)


def json_of(values: Values, counting: Counting) -> Json | None:
    """The sets of keys that `k` rows have, and what stands there; None where no set is common."""
    if not pa.types.is_string(values.type):
        return None
    forms = category_of(bare(values), counting)
    if forms is None:
        return None
    found = (_leaf(path, held, counting) for path, held in sorted(_held(values).items()))
    return Json(forms=forms.values, leaves=tuple(leaf for leaf in found if leaf is not None))


def _held(values: Values) -> dict[str, list[Any]]:
    """The values at each path; of those in lists all."""
    held: dict[str, list[Any]] = defaultdict(list)
    there = values.drop_null()
    step = max(1, -(-len(there) // _MOST))
    texts: list[Any] = there.to_pylist()[::step]
    for row, text in enumerate(texts):
        for leaf in leaves(row, read(text)):
            if leaf.value is not None and (leaf.path in held or len(held) < _MOST_LEAVES):
                held[leaf.path].append(leaf.value)
    return held


def _leaf(path: str, held: Sequence[Any], counting: Counting) -> JsonLeaf | None:
    if len(held) < 4 * counting.k:
        return None
    numbers = [one for one in held if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) >= _NEARLY_ALL * len(held):
        return JsonLeaf(path=path, number=number_of(pa.array(np.asarray(numbers, np.float64)), counting))
    texts = [one for one in held if isinstance(one, str)]
    if len(texts) < _NEARLY_ALL * len(held):
        return None
    return _text(path, pa.array(texts, pa.string()), counting)


def _text(path: str, texts: Values, counting: Counting) -> JsonLeaf | None:
    for pattern, form in _DAYS:
        if pc.all(pc.match_substring_regex(texts, pattern)).as_py():
            return _days(path, texts, form, counting)
    name = path.rpartition(".")[2].removesuffix("[]")
    if decided(Column(name=name, kind="text"), looked_at(texts)).role not in _TOLD:
        return None
    found = category_of(texts, counting)
    return JsonLeaf(path=path, words=found.values) if found is not None else None


def _days(path: str, texts: Values, form: str, counting: Counting) -> JsonLeaf | None:
    """Quantiles in seconds from 1970; of whole days in days."""
    told = pc.strptime(texts, format=form, unit="s", error_is_null=True).drop_null().cast(pa.int64())
    if len(told) < _NEARLY_ALL * len(texts):
        return None
    unit = 1 if "%H" in form else 86_400
    seconds = told.to_numpy(zero_copy_only=False).astype(np.float64) / unit
    return JsonLeaf(path=path, number=Number(knots=counting.knots(seconds, grain=1.0), places=0), form=form)
