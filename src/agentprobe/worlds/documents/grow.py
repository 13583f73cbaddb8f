"""Grow any number of documents from a shape: families of editions, each made from an earlier one by edits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.documents import grammar, writing
from agentprobe.worlds.documents.lineage import Lineage, lineage
from agentprobe.worlds.documents.traits import DocumentShape
from agentprobe.worlds.draws import U64, below, numbers, shares
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, ForeignKey, Table
from agentprobe.worlds.untyped import array

IN_FORCE, DRAFT, SUPERSEDED = STATUSES = ("in force", "draft", "superseded")
TABLE = Table(
    name="documents",
    key=("document_id",),
    columns=(
        Column(
            name="document_id", kind="integer", role=Role.IDENTIFIER, nullable=False, domain="document_id"
        ),
        Column(name="title", kind="text", role=Role.TITLE),
        Column(name="body", kind="text", role=Role.DOCUMENT),
        Column(name="topic", kind="text", role=Role.CATEGORY),
        Column(name="audience", kind="text", role=Role.CATEGORY),
        Column(name="region", kind="text", role=Role.CATEGORY),
        Column(name="version", kind="text", role=Role.CATEGORY),
        Column(name="valid_from", kind="date", role=Role.DATE),
        Column(name="valid_to", kind="date", role=Role.DATE),
        Column(name="status", kind="text", role=Role.CATEGORY),
        Column(name="supersedes", kind="integer", role=Role.IDENTIFIER, domain="document_id"),
        Column(name="owner", kind="text", role=Role.CATEGORY),
        Column(name="updated", kind="timestamp", role=Role.DATE, zoned=True),
    ),
    references=(ForeignKey(columns=("supersedes",), table="documents", to=("document_id",)),),
)
"""The table that is grown."""

_BATCH = 32_768
_IDS = 89_999_999
_FIRST_ID, _STRIDE = 10_000_000, 61_803_399
_COMMON = 30
"""So many stock sentences a topic has."""
_FIRST_FOUNDED, _FOUNDED_DAYS = 365 * 9, 365 * 6
_DAY = 86_400_000_000

Whole = NDArray[np.int64]


def grow(shape: DocumentShape, rows: int, seed: int) -> Iterator[pa.RecordBatch]:
    """`rows` documents in batches; fewer rows are the beginning of more."""
    made = _Growth(shape, lineage(shape.discount, shape.strength, rows, seed), seed)
    for start in range(0, rows, _BATCH):
        yield made.batch(np.arange(start, min(start + _BATCH, rows)))


@dataclass(frozen=True, slots=True)
class _Documents:
    """What is known of some documents before they are written; a row each."""

    codes: U64
    """A number for each place where a sentence may stand; zero for none."""
    figures: U64
    """What decides the figures in each."""
    topic: Whole
    subject: Whole
    kind: Whole
    style: Whole
    audience: Whole
    region: Whole
    valid: Whole
    """The day from which it is valid."""
    lasts: Whole
    """For how many days."""
    major: Whole
    minor: Whole

    def at(self, rows: Whole) -> _Documents:
        """Some of them."""
        return _Documents(*(getattr(self, one.name)[rows] for one in fields(self)))

    def put(self, rows: Whole, others: _Documents) -> None:
        """Write others in the place of some."""
        for one in fields(self):
            getattr(self, one.name)[rows] = getattr(others, one.name)


class _Growth:
    def __init__(self, shape: DocumentShape, line: Lineage, seed: int) -> None:
        self._shape, self._line, self._seed = shape, line, seed
        longest = max(shape.sentences)
        self._slots = int(min(max(longest * 1.5 + 2, 6), 60))
        at = np.arange(len(line.parent))
        status = shares(seed, "status", at)
        self._draft = status < shape.drafts
        self._superseded = (status >= shape.drafts) & (status < shape.drafts + shape.superseded)
        first = np.full(len(at), len(at), dtype=np.int64)
        self._founder = line.founder
        children = np.flatnonzero(~self._founder)
        np.minimum.at(first, line.parent[children], children)
        # Only the first that was made from a superseded document supersedes it; others are variants.
        self._supersedes = ~self._founder & self._superseded[line.parent] & (first[line.parent] == at)

    def batch(self, rows: Whole) -> pa.RecordBatch:
        """Some documents, written."""
        known = self._documents(rows)
        superseded, supersedes = self._superseded[rows], self._supersedes[rows]
        status = np.where(superseded, 2, np.where(self._draft[rows], 1, 0))
        ends = superseded | ((known.topic >= 2) & (shares(self._seed, "ends", rows) < 0.5))
        version = [
            f"{major}.{minor}"
            for major, minor in zip(known.major.tolist(), known.minor.tolist(), strict=True)
        ]
        edited = below(21 * 24, self._seed, "updated", rows) * (_DAY // 24)
        return pa.record_batch(
            [
                array(_ids(rows)),
                writing.titles(
                    known.topic, known.subject, known.kind, known.audience, known.region, known.style
                ),
                writing.bodies(
                    known.codes, known.figures, known.topic, known.subject, known.audience, known.region,
                    known.valid, known.kind,
                ),
                array(grammar.TOPICS).take(array(known.topic)),
                array(grammar.WORDS["audience"]).take(array(known.audience)),
                array(grammar.WORDS["region"]).take(array(known.region)),
                array(version, pa.string()),
                _days(known.valid, None),
                _days(known.valid + known.lasts, ~ends),
                array(STATUSES).take(array(status)),
                array(_ids(self._line.parent[rows]), mask=~supersedes),
                array(grammar.WORDS["team"]).take(
                    array(below(len(grammar.WORDS["team"]), self._seed, "owner", known.subject))
                ),
                array(known.valid * _DAY - 14 * _DAY + edited).cast(pa.timestamp("us", tz="UTC")),
            ],
            schema=schema_of(TABLE),
        )  # fmt: skip

    def _documents(self, rows: Whole) -> _Documents:
        """Go through the ancestors of some rows from the founders down."""
        is_needed = np.zeros(len(self._founder), bool)
        is_needed[rows] = True
        young = rows
        while len(young := self._line.parent[young[~self._founder[young]]]):
            young = np.unique(young[~is_needed[young]])
            is_needed[young] = True
        needed = np.flatnonzero(is_needed)
        depth = self._line.depth[needed]
        founders = depth == 0
        known = self._founders(needed[founders]).at(np.maximum(np.cumsum(founders) - 1, 0))
        for level in range(1, int(depth.max(initial=0)) + 1):
            here = np.flatnonzero(depth == level)
            parents = np.searchsorted(needed, self._line.parent[needed[here]])
            known.put(here, self._edited(known.at(parents), needed[here]))
        return known.at(np.searchsorted(needed, rows))

    def _founders(self, rows: Whole) -> _Documents:
        shape, seed = self._shape, self._seed
        slots = np.arange(self._slots)[None, :]
        places = (np.arange(len(shape.sentences)) + 0.5) / len(shape.sentences)
        # The opening sentence is one of them.
        many = (
            np.rint(np.interp(shares(seed, "sentences", rows), places, shape.sentences)).astype(np.int64) - 1
        )
        ranks = np.argsort(numbers(seed, "slot", rows[:, None], slots), axis=1).argsort(axis=1)
        fresh = numbers(seed, "sentence", rows[:, None], slots) | np.uint64(1 << 32)
        stock = below(_COMMON, seed, "stock", rows[:, None], slots).astype(np.uint64) + np.uint64(1)
        is_stock = shares(seed, "common", rows[:, None], slots) < shape.common
        codes = np.where(ranks < many[:, None], np.where(is_stock, stock, fresh), np.uint64(0))
        weights = 1.0 / (np.arange(len(grammar.SUBJECTS)) + 4)
        one = np.ones(len(rows), dtype=np.int64)
        return _Documents(
            codes=codes,
            figures=np.zeros(codes.shape, dtype=np.uint64),
            topic=below(len(grammar.TOPICS), seed, "topic", rows),
            subject=np.searchsorted(
                np.cumsum(weights), shares(seed, "subject", rows) * weights.sum(), side="right"
            ).clip(0, len(weights) - 1),
            kind=below(len(grammar.KINDS["policy"]), seed, "kind", rows),
            style=below(60, seed, "style", rows),
            audience=below(len(grammar.WORDS["audience"]), seed, "audience", rows),
            region=below(len(grammar.WORDS["region"]), seed, "region", rows),
            valid=writing.FIRST_DAY + _FIRST_FOUNDED + below(_FOUNDED_DAYS, seed, "valid", rows),
            lasts=90 + below(640, seed, "lasts", rows),
            major=one,
            minor=one * 0,
        )

    def _edited(self, parents: _Documents, rows: Whole) -> _Documents:
        """What becomes of documents in one step: figures, sentences, title, audience, dates, version."""
        seed, edits = self._seed, self._shape.edits
        codes, figures = self._sentences(parents, rows)
        newer = self._supersedes[rows]
        copied = self._copied(rows)
        retitled = ~copied & (shares(seed, "retitled", rows) < edits.title)
        variant = ~newer & ~copied & (shares(seed, "variant", rows) < 0.5)
        region = below(len(grammar.WORDS["region"]), seed, "region", rows)
        audience = below(len(grammar.WORDS["audience"]), seed, "audience", rows)
        elsewhere = shares(seed, "elsewhere", rows) < 0.5
        later = np.where(newer, parents.lasts, np.where(copied, 0, below(400, seed, "later", rows)))
        return replace(
            parents,
            codes=codes,
            figures=figures,
            kind=np.where(retitled, below(len(grammar.KINDS["policy"]), seed, "kind", rows), parents.kind),
            style=np.where(retitled, below(60, seed, "style", rows), parents.style),
            region=np.where(variant & elsewhere, region, parents.region),
            audience=np.where(variant & ~elsewhere, audience, parents.audience),
            valid=parents.valid + later,
            lasts=90 + below(640, seed, "lasts", rows),
            major=parents.major + newer,
            minor=np.where(newer, 0, parents.minor + ~copied),
        )

    def _copied(self, rows: Whole) -> NDArray[np.bool_]:
        """Which are the same text once more."""
        copied = shares(self._seed, "copied", rows) < self._shape.edits.copies
        made: NDArray[np.bool_] = copied & ~self._supersedes[rows]
        return made

    def _sentences(self, parents: _Documents, rows: Whole) -> tuple[U64, U64]:
        edits, seed = self._shape.edits, self._seed
        there = parents.codes > 0
        many = np.maximum(there.sum(axis=1, keepdims=True), 1)
        slots = np.arange(self._slots)[None, :]
        drawn = shares(seed, "edit", rows[:, None], slots)
        fresh = numbers(seed, "new sentence", rows[:, None], slots) | np.uint64(1 << 32)
        copied = self._copied(rows)[:, None]
        dropped, reworded, figured = (rate / many for rate in (edits.dropped, edits.reworded, edits.figures))
        empty = np.maximum((~there).sum(axis=1, keepdims=True), 1)
        codes = np.where(there & ~copied & (drawn < dropped), np.uint64(0), parents.codes)
        codes = np.where(there & ~copied & (drawn >= dropped) & (drawn < dropped + reworded), fresh, codes)
        codes = np.where(~there & ~copied & (drawn < edits.inserted / empty), fresh, codes)
        changed = there & ~copied & (drawn > 1 - figured)
        figures = np.where(changed, fresh, parents.figures)
        return codes, figures


def _ids(rows: Whole) -> Whole:
    """Numbers in no order, different for different rows."""
    return _FIRST_ID + rows * _STRIDE % _IDS


def _days(days: Whole, missing: NDArray[np.bool_] | None) -> pa.Array[Any]:
    made: pa.Array[Any] = array(days.astype(np.int32), mask=missing).cast(pa.date32())
    return made
