"""The dirty tail of a table: what is missing together, what is junk, how values are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.result import Dirt
from agentprobe.worlds.roles import IDENTIFYING, Role

pc: Any = pyarrow.compute  # its stubs know no large strings

WRITTEN = IDENTIFYING | {Role.POSTCODE, Role.CATEGORY, Role.BIRTH_DATE, Role.DATE}
"""Roles whose texts have a form that agents rely on."""
SAMPLE = 200_000
FREQUENT = 20
"""Forms that fewer rows have are told together, since a rare form could tell of somebody."""
LONGEST_FORM = 40
OTHER = "other"
PLACEHOLDERS = [
    "n/a",
    "na",
    "none",
    "null",
    "nil",
    "unknown",
    "unkn",
    "missing",
    "undefined",
    "nan",
    "test",
    "tbd",
    "tba",
    "tbc",
    "xxx",
    "xx",
    "x",
    "-",
    "--",
    "---",
    ".",
    "?",
    "anonymous",
    "deleted",
]
_JUNK: tuple[tuple[str, str], ...] = (
    ("empty", r"^$"),
    ("blank", r"^\s+$"),
    ("broken letters", "\ufffd|\u00c3[\u0080-\u00bf]|\u00e2\u20ac|\u00c2[\u00a0-\u00bf]"),
    ("control letters", r"[\x00-\x08\x0b-\x1f\x7f]"),
    ("blank at the ends", r"^\s|\s$"),
    ("two blanks", r"\s\s"),
    ("one letter again and again", ""),
    ("capitals only", r"^[^\p{Ll}]*\p{Lu}[^\p{Ll}]*\p{Lu}[^\p{Ll}]*$"),
    ("small letters only", r"^[^\p{Lu}]*\p{Ll}[^\p{Lu}]*$"),
)


def dirt(columns: Columns) -> Iterator[Dirt]:
    """What is missing, broken and oddly written in the columns that were read."""
    rows = columns.picks(SAMPLE)
    if not len(rows):
        return
    told = [column for column in columns.table.columns if column.name in columns.names]
    there = [columns.coded(column.name).codes[rows] < 0 for column in told if column.kind != "vector"]
    if there:
        yield _patterns(columns, [c.name for c in told if c.kind != "vector"], np.stack(there))
    for column in told:
        if column.kind == "text" and column.role in WRITTEN:
            yield from _of_texts(columns, column.name, rows)


def _patterns(columns: Columns, names: list[str], missing: NDArray[np.bool_]) -> Dirt:
    """Which columns are missing together."""
    found, counts = np.unique(missing, axis=1, return_counts=True)
    kept = counts >= FREQUENT if counts.sum() > FREQUENT * 5 else counts > 0
    told = ["+".join(n for n, gone in zip(names, one, strict=True) if gone) or "none" for one in found.T]
    return _told("null_pattern", columns, "", told, counts, kept)


def _of_texts(columns: Columns, name: str, rows: NDArray[np.int64]) -> Iterator[Dirt]:
    coded = columns.coded(name)
    codes = coded.codes[rows]
    used, weights = np.unique(codes[codes >= 0], return_counts=True)
    if not len(used):
        return
    values = coded.values.take(used.astype(np.int64))
    yield _classes("junk", columns, name, junk(values), weights, least=0)
    yield _classes("mask", columns, name, masks(values), weights, least=FREQUENT)


def _classes(
    kind: str,
    columns: Columns,
    name: str,
    classes: pa.Array[Any],
    weights: NDArray[np.int64],
    *,
    least: int,
) -> Dirt:
    coded: Any = classes.dictionary_encode()
    counts = np.bincount(coded.indices.to_numpy(), weights=weights, minlength=len(coded.dictionary))
    return _told(kind, columns, name, coded.dictionary.to_pylist(), counts, counts >= least)


def _told(
    kind: str,
    columns: Columns,
    column: str,
    names: list[str],
    counts: NDArray[np.generic],
    kept: NDArray[np.bool_],
) -> Dirt:
    figures = np.asarray(counts, np.float64)
    n = int(figures.sum())
    told = {name: share for name, share, keep in zip(names, figures / n, kept, strict=True) if keep}
    rest = 1 - sum(told.values())
    if not all(kept):
        told[OTHER] = told.get(OTHER, 0) + rest
    order = sorted(told, key=lambda name: (-told[name], name))
    shares = tuple(round(float(told[name]), 7) for name in order)
    return Dirt(kind=kind, table=columns.table.name, column=column, names=tuple(order), shares=shares, n=n)


def junk(values: pa.Array[Any]) -> pa.Array[Any]:
    """What is wrong with each text: the first that fits of a few classes, or `sound`."""
    trimmed = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    found = pc.if_else(pc.is_in(trimmed, pa.array(PLACEHOLDERS, pa.large_string())), "placeholder", None)
    for name, form in _JUNK:
        hit = pc.match_substring_regex(values, form.replace("\\", "\\")) if form else _repeated(values)
        found = pc.if_else(pc.and_(pc.is_null(found), hit), name, found)
    told: pa.Array[Any] = pc.fill_null(found, "sound").cast(pa.large_string())
    return told


def _repeated(values: pa.Array[Any]) -> pa.Array[Any]:
    """Is it one letter, three times or more? The engine of Arrow's patterns cannot look back."""
    first = pc.fill_null(pc.utf8_slice_codeunits(values, 0, 1), "")
    repeated = pc.binary_repeat(first.cast(pa.large_binary()), pc.utf8_length(values).cast(pa.int64()))
    long = pc.greater(pc.utf8_length(values), 2)
    same: pa.Array[Any] = pc.and_(pc.equal(repeated, values.cast(pa.large_binary())), long)
    return same


def masks(values: pa.Array[Any]) -> pa.Array[Any]:
    """How each text is written: `A` for capitals, `a` for small letters, `9` for each digit."""
    form = pc.replace_substring_regex(values, r"\p{Lu}+", "A")
    form = pc.replace_substring_regex(form, r"[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]+", "a")
    form = pc.replace_substring_regex(form, r"\p{Nd}", "9")
    form = pc.replace_substring_regex(form, r"(A?a )(?:A?a )+", r"\1… ")
    told: pa.Array[Any] = pc.utf8_slice_codeunits(form, 0, LONGEST_FORM).cast(pa.large_string())
    return told
