"""Does an original value stand in the world: as it was, in other spelling, or within a text?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.columns import Columns, Rows
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.leaks.decoys import allowed, decoys
from agentprobe.worlds.leaks.forms import joined, worded
from agentprobe.worlds.leaks.result import Check
from agentprobe.worlds.leaks.scan import Patterns
from agentprobe.worlds.leaks.words import only, public_words
from agentprobe.worlds.manifest import MAPPED
from agentprobe.worlds.progress import Progress
from agentprobe.worlds.roles import IDENTIFYING, NAMES, Role
from agentprobe.worlds.schema import Schema

pc: Any = pyarrow.compute  # its stubs know no large strings

LEAST = 5
"""Shorter values are sought only where they are a column's whole value."""
LONG = 10
"""Letters and digits without blanks, from which on a value is sought in the middle of words as well."""
COMMON = 10
"""A name that so many rows have says of nobody who he is; regenerated worlds may hold it."""
SHOWN_ROWS = 5
LONE = (Role.GIVEN_NAME, Role.SURNAME, Role.CITY)
"""What many people have: a list of names or places can give any of them."""
VALUES, SHORT, WORDS = "original values", "short values and numbers", "words of original values"


LEAK, HARMLESS, ALONE, DECOY = range(4)
"""What finding a text would mean: a leak; nothing, since its words are public or common; a coincidence of
single rare names, which a regenerated world may hold; what chance finds."""


@dataclass
class _Sought:
    """The values of one column of the source, and which of them were found."""

    where: str
    name: str
    """What they are: `VALUES`, `SHORT` or `WORDS`."""
    kinds: NDArray[np.int64]
    per_decoy: float
    fooled: NDArray[np.bool_]
    whole: NDArray[np.bool_] = field(init=False)
    within: NDArray[np.bool_] = field(init=False)
    places: dict[str, None] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.whole, self.within = np.zeros((2, len(self.kinds)), bool)

    def count(self, kind: int) -> int:
        """How many of a kind were found."""
        return int(((self.whole | self.within) & (self.kinds == kind)).sum())


class Survivors:
    """Looks for the source's identifying values in every string of the world."""

    def __init__(self, schema: Schema, *, kind: str, seed: int, progress: Progress) -> None:
        self._schema, self._mapped, self._seed, self._progress = schema, kind == MAPPED, seed, progress
        self._sought: list[_Sought] = []
        self._texts: list[pa.Array[Any]] = []
        self._tags: list[NDArray[np.int64]] = []

    # -- what is sought ---------------------------------------------------------------------------------

    def learn(self, source: Rows) -> None:
        """Take every identifying value of the source."""
        for table in self._schema.tables:
            for column in table.columns:
                if column.role in IDENTIFYING and column.kind == "text":
                    where = f"{table.name}.{column.name}"
                    self._progress.step(f"what must not be found: {where}")
                    coded = Columns(source, table, (column.name,), seed=self._seed).coded(column.name)
                    self._take(where, column.role, coded.values, coded.counts)

    def _take(self, where: str, role: Role, values: pa.Array[Any], counts: NDArray[np.int64]) -> None:
        words = worded(values)
        known = public_words() if self._mapped else pa.concat_arrays([public_words(), _common(words, counts)])
        whole = pc.unique(words)
        firm = pa.array(_firm(whole))
        alone = role in LONE
        self._add(where, VALUES, whole.filter(firm), known, alone=alone)
        self._add(where, SHORT, whole.filter(pc.invert(firm)), known, alone=alone)
        if role in NAMES:
            flat = pc.unique(pc.list_flatten(pc.split_pattern(pc.utf8_trim_whitespace(words), " ")))
            parts = pc.binary_join_element_wise(_BLANK, flat, _BLANK, _NOTHING)
            self._add(where, WORDS, parts.filter(pa.array(_firm(parts))), known, alone=alone)

    def _add(self, where: str, name: str, words: pa.Array[Any], known: pa.Array[Any], *, alone: bool) -> None:
        """Put values and their decoys among what is sought."""
        if not len(words):
            return
        kinds = np.where(only(words, known) | ~_telling(words), HARMLESS, LEAK)
        if not self._mapped:
            kinds[(kinds == LEAK) & _single(words, several=alone)] = ALONE
        fakes, per_decoy = decoys(words, known, self._seed)
        number = len(self._sought)
        self._sought.append(_Sought(where, name, kinds, per_decoy, np.zeros(len(fakes), bool)))
        self._texts += [words, fakes]
        self._tags += [
            _tags(number, np.arange(len(words)), kinds),
            _tags(number, np.arange(len(fakes)), np.full(len(fakes), DECOY)),
        ]

    # -- what is found ----------------------------------------------------------------------------------

    def scan(self, world: WorldFolder) -> None:
        """Look through every string of every table."""
        if not self._texts:
            return
        texts, tags = pa.concat_arrays(self._texts), np.concatenate(self._tags)
        at_words = Patterns(texts, tags, least=LEAST + 2, at_words=True)
        anywhere = Patterns(joined(texts), tags, least=LONG, at_words=False)
        short = pc.less(pc.binary_length(texts), LEAST + 2)
        small, small_tags = texts.filter(short), tags[short.to_numpy(zero_copy_only=False)]
        for where, before, array in _strings(world, self._progress):
            coded = array.dictionary_encode()
            here = _Here(where, before, coded.indices.fill_null(-1).to_numpy(zero_copy_only=False))
            words = worded(coded.dictionary)
            for patterns, values in ((at_words, words), (anywhere, joined(words))):
                for value, pattern, whole in patterns.found(values):
                    self._note(here, patterns.tags[pattern], value, whole)
            self._note_short(here, words, small, small_tags)

    def _note_short(
        self, here: _Here, words: pa.Array[Any], small: pa.Array[Any], tags: NDArray[np.int64]
    ) -> None:
        """Short values count where they are the whole value of the very column that they come from."""
        place = pc.index_in(words, small)
        value = np.flatnonzero(pc.is_valid(place).to_numpy(zero_copy_only=False))
        if len(value):
            found = tags[place.drop_null().to_numpy(zero_copy_only=False)]
            own = [
                number
                for number, one in enumerate(self._sought)
                if one.where == here.where and one.name != WORDS
            ]
            same = np.isin(found >> _NUMBER, own)
            self._note(here, found[same], value[same], np.ones(int(same.sum()), bool))

    def _note(
        self, here: _Here, tags: NDArray[np.int64], values: NDArray[np.int64], whole: NDArray[np.bool_]
    ) -> None:
        for number in np.unique(tags >> _NUMBER).tolist():
            sought = self._sought[number]
            mine = (tags >> _NUMBER) == number
            kinds, which = tags[mine] & 3, (tags[mine] >> 2) & _MASK
            decoy = kinds == DECOY
            sought.fooled[which[decoy]] = True
            sought.whole[which[~decoy & whole[mine]]] = True
            sought.within[which[~decoy & ~whole[mine]]] = True
            leaks = kinds == LEAK
            if leaks.any():
                sought.places[here.where] = None
                if len(sought.rows) < SHOWN_ROWS:
                    hit = np.flatnonzero(np.isin(here.codes, values[mine][leaks]))
                    sought.rows.update((hit[:SHOWN_ROWS] + here.before).tolist())

    # -- what it says -----------------------------------------------------------------------------------

    def checks(self) -> Iterator[Check]:
        """One a column; for names also one of their words."""
        for sought in self._sought:
            yield self._check(sought)
            if alone := sought.count(ALONE):
                note = "rare single names that the world has as well; a list of names can give any of them"
                yield Check(
                    name="single names", where=sought.where, value=alone, n=len(sought.kinds), note=note
                )

    def _check(self, sought: _Sought) -> Check:
        found = sought.count(LEAK)
        expected = float(sought.fooled.sum()) * sought.per_decoy
        bound = allowed(int(sought.fooled.sum()), sought.per_decoy)
        leaks = sought.kinds == LEAK
        whole, within = (int((found & leaks).sum()) for found in (sought.whole, sought.within))
        told = f"{whole:,} as whole values, {within:,} within texts"
        return Check(
            name=sought.name,
            where=sought.where,
            value=found,
            bound=bound,
            holds=found <= bound,
            n=len(sought.kinds),
            expected=round(expected, 1),
            apart=sought.count(HARMLESS),
            found_in=tuple(sought.places) if found else (),
            rows=tuple(sorted(sought.rows)[:SHOWN_ROWS]),
            note=told if found else "",
        )


@dataclass(frozen=True)
class _Here:
    """Where in the world is being looked: the column, how many rows came before, and each row's value."""

    where: str
    before: int
    codes: NDArray[np.int64]


_BLANK = pa.scalar(" ", pa.large_string())
_NOTHING = pa.scalar("", pa.large_string())
_NUMBER = 50
_MASK = (1 << 48) - 1


def _tags(number: int, which: NDArray[np.int64], kinds: NDArray[np.int64]) -> NDArray[np.int64]:
    """What is sought, as one number: the column, which of its values, and what finding it would mean."""
    return (np.int64(number) << _NUMBER) | (which.astype(np.int64) << 2) | kinds.astype(np.int64)


def _strings(world: WorldFolder, progress: Progress) -> Iterator[tuple[str, int, pa.Array[Any]]]:
    """Every column of strings of a world, batch by batch, with how many rows came before."""
    for table in world.schema.tables:
        names = [column.name for column in table.columns if column.kind == "text"]
        before = 0
        for batch in world.batches(table.name, names) if names else ():
            progress.step(f"looking for originals in {table.name}", before, world.rows(table.name))
            for name, array in zip(names, batch.columns, strict=True):
                yield f"{table.name}.{name}", before, array
            before += batch.num_rows


def _common(words: pa.Array[Any], counts: NDArray[np.int64]) -> pa.Array[Any]:
    """Words that many rows have."""
    lists = pc.split_pattern(pc.utf8_trim_whitespace(words), " ")
    of = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    coded = pc.list_flatten(lists).dictionary_encode()
    times = np.bincount(coded.indices.to_numpy(), counts[of], len(coded.dictionary))
    common: pa.Array[Any] = coded.dictionary.filter(pa.array(times >= COMMON))
    return common


def _single(words: pa.Array[Any], *, several: bool) -> NDArray[np.bool_]:
    """Which texts are one word of letters, or several as well?"""
    form = r"^[^\d]+$" if several else r"^ [^\d ]+ $"
    return np.asarray(pc.match_substring_regex(words, form).to_numpy(zero_copy_only=False), bool)


def _firm(words: pa.Array[Any]) -> NDArray[np.bool_]:
    """Which texts have letters enough that chance does not make them?"""
    letters = pc.replace_substring_regex(words, r"[\d ]+", "")
    return np.asarray(pc.greater_equal(pc.utf8_length(letters), LEAST).to_numpy(zero_copy_only=False), bool)


def _telling(words: pa.Array[Any]) -> NDArray[np.bool_]:
    """Which texts say something: a few digits alone do not, nor do initials."""
    empty = pc.match_substring_regex(words, r"^([\d ]{0,6}|( ?\pL ?){1,2})$").to_numpy(zero_copy_only=False)
    return ~np.asarray(empty, bool)
