"""Describe a collection of documents, so that others can be grown that are as hard to tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.errors import ConfigError
from agentprobe.worlds.documents.families import Families, families
from agentprobe.worlds.documents.grow import grow
from agentprobe.worlds.documents.lineage import fitted
from agentprobe.worlds.documents.traits import DocumentShape, Edits
from agentprobe.worlds.measure import distance
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table
from agentprobe.worlds.source import Reading
from agentprobe.worlds.untyped import array, pc

MOST = 500_000
"""Of a larger collection the first so many are looked at."""
PAIRS = 2000
_CALIBRATED, _FEWEST = 3000, 100
_GENTLER, _FEWER = (0.7, 0.4, 0.2), (1.0, 0.6, 0.35)
_PLACES = 32
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_STATUSES = {"draft": "draft", "superseded": "superseded", "archived": "superseded", "expired": "superseded"}


def profile(reading: Reading, table: Table) -> DocumentShape:
    """Describe the documents of a table; raises ConfigError where no column has the role `document`."""
    bodies, titles, statuses = read_documents(reading, table)
    rows = reading.rows(table.name) or len(bodies)
    return shape_of(bodies, titles, statuses, rows=rows)


def read_documents(
    reading: Reading, table: Table, most: int = MOST
) -> tuple[pa.Array[Any], pa.Array[Any] | None, pa.Array[Any] | None]:
    """A table's texts, titles and statuses, the last two where there are such columns."""
    body = next(iter(table.having(Role.DOCUMENT)), None)
    if body is None:
        raise ConfigError(f"table '{table.name}' has no column with the role 'document'; give one that role")
    title = next(iter(table.having(Role.TITLE)), None)
    status = next((column for column in table.having(Role.CATEGORY) if "status" in column.name.lower()), None)
    names = [column.name for column in (body, title, status) if column]
    batches = list(reading.batches(table.name, names, most=most))
    whole = {
        name: pa.concat_arrays([batch.column(name) for batch in batches])
        if batches
        else array([], pa.string())
        for name in names
    }
    others = (whole[column.name] if column else None for column in (title, status))
    first, second = others
    return whole[body.name], first, second


def shape_of(
    bodies: pa.Array[Any],
    titles: pa.Array[Any] | None = None,
    statuses: pa.Array[Any] | None = None,
    *,
    rows: int | None = None,
) -> DocumentShape:
    """The shape of texts at hand."""
    found = families(bodies)
    discount, strength = fitted(found.sizes)
    seen = _sentences(bodies, found)
    drafts, superseded = _statuses(statuses)
    shape = DocumentShape(
        rows=len(bodies) if rows is None else rows,
        discount=discount,
        strength=strength,
        sentences=tuple(np.round(np.quantile(seen.counts, (np.arange(_PLACES) + 0.5) / _PLACES), 2).tolist())
        if len(seen.counts)
        else (6.0,),
        words=round(seen.words, 2),
        edits=_edits(bodies, titles, found),
        common=round(seen.common, 4),
        drafts=drafts,
        superseded=superseded,
        near=round(float((found.sizes[found.family] > 1).mean()) if len(bodies) else 0.0, 4),
        largest=int(found.sizes.max(initial=1)),
    )
    return _calibrated(shape, bodies)


def _calibrated(shape: DocumentShape, bodies: pa.Array[Any]) -> DocumentShape:
    """Make edits gentler, then families more or fewer, until as many documents have a near-duplicate.

    Neighbours in a family are several edits apart, and what counts as reworded may be a name in an opening;
    so the rates that were counted are more than what one step should do.
    """
    many = min(len(bodies), _CALIBRATED)
    if many < _FEWEST:
        return shape
    wanted = families(bodies.slice(0, many))
    tried: list[tuple[float, float, DocumentShape]] = []
    for gentler in _GENTLER:
        for fewer in _FEWER:
            edits, strength = _gentler(shape.edits, gentler), round(shape.strength * fewer, 4)
            one = msgspec.structs.replace(shape, edits=edits, strength=strength)
            grown = pa.concat_arrays([batch.column("body") for batch in grow(one, many, seed=0)])
            found = families(grown)
            off = abs(_near(found) - _near(wanted))
            tried.append((4 * off + distance(found.alike, wanted.alike), off, one))
    _, off, best = min(tried, key=lambda entry: entry[0])
    return msgspec.structs.replace(best, off=round(off, 4))


def _gentler(edits: Edits, share: float) -> Edits:
    names = ("figures", "reworded", "dropped", "inserted")
    return msgspec.structs.replace(edits, **{name: round(getattr(edits, name) * share, 4) for name in names})


def _near(found: Families) -> float:
    return float((found.sizes[found.family] > 1).mean())


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [part for part in _SENTENCE.split(text.strip()) if part]


@dataclass
class _Seen:
    counts: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    words: float = 13.0
    common: float = 0.0


def _sentences(bodies: pa.Array[Any], found: Families) -> _Seen:
    if not len(bodies):
        return _Seen()
    lists = pc.split_pattern_regex(pc.utf8_trim_whitespace(pc.fill_null(bodies, "")), r"[.!?]\s+|\n+")
    flat: Any = pc.list_flatten(lists)
    rows = np.asarray(pc.list_parent_indices(lists)).astype(np.int64)
    filled = np.asarray(pc.binary_length(flat)) > 0
    encoded: Any = pc.dictionary_encode(flat.filter(array(filled)))
    sentence = np.asarray(encoded.indices).astype(np.int64)
    counts = np.bincount(rows[filled], minlength=len(bodies)).astype(np.float64)
    pairs = np.unique(sentence * len(bodies) + found.family[rows[filled]])
    spread = np.bincount(pairs // len(bodies), minlength=len(encoded.dictionary))
    words = pc.mean(pc.count_substring(flat.filter(array(filled)), " ")).as_py() or 0.0
    return _Seen(counts, float(words) + 1, float((spread[sentence] >= 3).mean()) if len(sentence) else 0.0)


def _edits(bodies: pa.Array[Any], titles: pa.Array[Any] | None, found: Families) -> Edits:
    """Compare each document with the one of its family that it is most like, and count what differs."""
    steps = list(_steps(found))
    if not steps:
        return Edits()
    counts = np.zeros(6)
    for one, other in steps:
        before, after = sentences(bodies[one].as_py() or ""), sentences(bodies[other].as_py() or "")
        counts[5] += before == after
        counts[:4] += _changes(before, after)
        if titles is not None:
            counts[4] += titles[one].as_py() != titles[other].as_py()
    rates = [round(float(rate), 4) for rate in counts / len(steps)]
    return Edits(
        figures=rates[0],
        reworded=rates[1],
        dropped=rates[2],
        inserted=rates[3],
        title=rates[4],
        copies=rates[5],
    )


def _steps(found: Families) -> Iterator[tuple[int, int]]:
    best = np.lexsort((-found.alike, found.others))
    others = found.others[best]
    first = np.concatenate([[True], others[1:] != others[:-1]]) if len(others) else np.zeros(0, dtype=bool)
    chosen = best[first]
    apart = max(len(chosen) // PAIRS, 1)
    for step in chosen[::apart][:PAIRS].tolist():
        yield int(found.ones[step]), int(found.others[step])


def _changes(before: list[str], after: list[str]) -> NDArray[np.float64]:
    """Sentences with other figures, replaced, dropped, inserted."""
    found = np.zeros(4)
    for kind, low, high, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        both = min(high - low, end - start)
        for old, new in zip(before[low : low + both], after[start : start + both], strict=True):
            found[0 if _plain(old) == _plain(new) else 1] += 1
        found[2] += high - low - both
        found[3] += end - start - both
    return found


def _plain(sentence: str) -> str:
    return re.sub(r"\d+", "0", sentence)


def _statuses(statuses: pa.Array[Any] | None) -> tuple[float, float]:
    if statuses is None or not len(statuses):
        return (0.05, 0.25)
    known = [_STATUSES.get(str(status).strip().lower(), "") for status in statuses.to_pylist()]
    return (round(known.count("draft") / len(known), 4), round(known.count("superseded") / len(known), 4))
