"""Words that stand for a source's words in its shape: as like each other as those are, and none of them.

How many names begin alike, hold the same letters or are one slip apart cannot be told by a few numbers. So a
shape keeps, of each column of names, a list of made-up words, one for each word of the column: put together
by the same steps as the pseudonyms of a mapped snapshot (`sanitise/words`), by a key that is not kept with
it. No row is told, only words; who knows the common ones guesses some of the rare ones from what they share,
as in a mapped snapshot, and learns from that only that somebody is called so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ahocorasick_rs import AhoCorasick

from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import NAMES, Role
from agentprobe.worlds.sanitise.words import Words
from agentprobe.worlds.sanitise.words.public import LEGAL_FORMS, PLACE_WORDS, STREET_WORDS
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.shape.arrays import Values, pc
from agentprobe.worlds.shape.near import mended
from agentprobe.worlds.source import Reading

ROLES = NAMES | {
    Role.ORGANISATION,
    Role.STREET,
    Role.CITY,
    Role.ADDRESS,
    Role.EMAIL,
    Role.USERNAME,
    Role.URL,
    Role.IP,
    Role.POSTCODE,
    Role.REGION,
    Role.COUNTRY,
}
"""Columns whose words are told by other words."""
MOST_WORDS = 30_000
"""So many of a column's commonest words are told; rarer ones are put together from their parts."""
LEARNT_ROWS = 200_000
"""So many rows of a table are looked at for what words share."""
_WHOLE = frozenset({Role.POSTCODE, Role.IP})
_PUBLIC = STREET_WORDS | PLACE_WORDS | LEGAL_FORMS
_LONG = 10
"""Shorter values are found in others by chance everywhere, and say nothing there."""
_TREATED_AS = {Role.REGION: Role.CITY, Role.COUNTRY: Role.CITY}


class Lexicon:
    """Makes up a word for each word of a source."""

    def __init__(self, words: Words, key: Key) -> None:
        self._words = words
        self._key = key.sub("near")

    @classmethod
    def of(cls, reading: Reading | WorldFolder, schema: Schema, key: Key) -> Lexicon:
        """Look at all words of a source's names, places and addresses."""
        words = Words()
        for table in schema.tables:
            told = _told(table)
            if told.columns:
                for batch in _some(reading, table, told):
                    words.learn(told, batch)
        words.settle(key)
        return cls(words, key)

    def mended(
        self, words: list[str], fakes: list[str], counts: npt.NDArray[np.float64], *, lost: float = 0.0
    ) -> list[str]:
        """Made-up names with as many others near them as the names have: see `near.py`."""
        plain = [at for at, one in enumerate(fakes) if one.isascii() and one.isalpha() and one[1:].islower()]
        low = [fakes[at].lower() for at in plain]
        own = [words[at] for at in plain]
        news = mended(own, low, counts[plain], self._key, lost=lost, avoided=self._words.known)
        told = list(fakes)
        for at, new in zip(plain, news, strict=True):
            told[at] = new.capitalize() if fakes[at][:1].isupper() else new
        return told

    def others(self, role: Role, values: Values) -> Values:
        """Other values of a column with this role, in the same order."""
        column = Column(name="value", kind="text", role=_TREATED_AS.get(role, role))
        texts = values.cast(pa.string())
        batch = pa.record_batch([texts], names=["value"])
        found = self._words.map(Table(name="values", columns=(column,)), column, batch)
        return found if role in _WHOLE else _apart(texts, found)


def _apart(texts: Values, others: Values) -> Values:
    """The same, but for those in which, blanks aside, a whole value stands: their letters turn.

    Words that everybody knows stay by themselves; a value that has no others does not.
    """
    signs = r"[^\p{L}\p{N}]+"
    squeezed = [pc.replace_substring_regex(pc.utf8_lower(one), signs, "") for one in (texts, others)]
    every = {str(one) for one in squeezed[0].drop_null().to_pylist() if not str(one).isdigit()}
    finder = AhoCorasick(sorted(one for one in every if len(one) >= _LONG))
    told: list[Any] = others.to_pylist()
    for at, one in enumerate(squeezed[1].to_pylist()):
        if one is not None and (one in every or finder.find_matches_as_indexes(one)):
            words = told[at].split(" ")
            own = [word.lower() not in _PUBLIC for word in words]
            own = own if any(own) else [True, *own[1:]]
            told[at] = " ".join(
                _rolled(word) if mine else word for word, mine in zip(words, own, strict=True)
            )
    return pa.array(told, pa.string())


def _rolled(word: str) -> str:
    """A word's small letters, each moved on by one place."""
    low = [at for at, letter in enumerate(word) if letter.islower()]
    letters = list(word)
    for at, other in zip(low, [*low[1:], *low[:1]], strict=True):
        letters[at] = word[other]
    return "".join(letters)


def _told(table: Table) -> Table:
    """The columns of words, with the roles by which they are treated."""
    columns = tuple(
        Column(name=one.name, kind="text", role=_TREATED_AS.get(one.role, one.role))
        for one in table.columns
        if one.role in ROLES and one.kind == "text"
    )
    return Table(name=table.name, columns=columns)


def _some(reading: Reading | WorldFolder, table: Table, told: Table) -> Iterable[pa.RecordBatch]:
    """Evenly spread rows, wherever the batches are cut."""
    names = [column.name for column in told.columns]
    every = max(-(-(reading.rows(table.name) or 0) // LEARNT_ROWS), 1)
    rows = 0
    for batch in reading.batches(table.name, names):
        if every == 1:
            yield batch
        else:
            yield batch.take(pa.array(range(-rows % every, batch.num_rows, every), pa.int64()))
        rows += batch.num_rows
