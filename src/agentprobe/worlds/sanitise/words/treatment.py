"""Names, places, addresses and free text replaced so that the same questions find as many answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.errors import FixtureError
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import NAMES, PROSE, Role
from agentprobe.worlds.sanitise.words.book import Book
from agentprobe.worlds.sanitise.words.composed import Composer
from agentprobe.worlds.sanitise.words.cut_before import CutBefore
from agentprobe.worlds.sanitise.words.in_text import InText, Moves
from agentprobe.worlds.sanitise.words.levels import Level
from agentprobe.worlds.sanitise.words.lexicon import KEPT_AT, LOCAL, RESERVED, TEXT, Lexicon
from agentprobe.worlds.sanitise.words.phones_in_text import Numbers
from agentprobe.worlds.sanitise.words.pieces import (
    Cut,
    Pieces,
    Texts,
    at_blanks,
    at_runs,
    in_portions,
    numbers_in,
    pc,
    renumbered,
    scattered,
)
from agentprobe.worlds.sanitise.words.prose import LONG, Prose, opened
from agentprobe.worlds.sanitise.words.pseudonyms import Pseudonyms
from agentprobe.worlds.sanitise.words.public import (
    ALSO_SURNAMES,
    BLANKS,
    BUSINESS_WORDS,
    COMMON_WORDS,
    LEGAL_FORMS,
    PARTICLES,
    PLACE_WORDS,
    STREET_WORDS,
    TITLES,
)
from agentprobe.worlds.sanitise.words.risk import Risk, risk
from agentprobe.worlds.sanitise.words.sealed import unsealed
from agentprobe.worlds.schema import Column, Table

_DOMAINS = {
    Role.ORGANISATION: "organisation",
    Role.EMAIL: LOCAL,
    Role.USERNAME: LOCAL,
    Role.URL: LOCAL,
    Role.STREET: "place",
    Role.CITY: "place",
    Role.ADDRESS: "place",
    Role.TEXT: TEXT,
    Role.DOCUMENT: TEXT,
    Role.TITLE: TEXT,
}
_KEPT = {
    Role.ORGANISATION: LEGAL_FORMS,
    Role.STREET: STREET_WORDS,
    Role.CITY: PLACE_WORDS,
    Role.ADDRESS: STREET_WORDS | PLACE_WORDS,
    **dict.fromkeys(NAMES, TITLES | PARTICLES),
}
_CUTS: dict[Role, Cut] = {Role.EMAIL: at_runs, Role.USERNAME: at_runs}
_WHOLE = frozenset({Role.URL, Role.IP, Role.POSTCODE})
"""Roles whose values are replaced whole: what a part becomes depends on what stands before it."""
_REMEMBERED = 1 << 20
"""So many pieces are remembered with what they become, for each role."""
_LOOKED_AT = 1024
"""So many rows of a batch say whether its values repeat."""
_INSIDE, _LAST, _ALONE = range(3)

Replace = Callable[[str], str]


class Words:
    """Replaces whatever consists of words.

    All columns share one lexicon, so a name is the same in a table, in an e-mail address and in a note. A
    column's `domain` decides how much of their form its words keep (`dial`); a word of several domains keeps
    what the strictest allows.
    """

    roles: ClassVar[frozenset[Role]] = NAMES | {
        Role.ORGANISATION,
        Role.STREET,
        Role.CITY,
        Role.ADDRESS,
        Role.POSTCODE,
        Role.EMAIL,
        Role.USERNAME,
        Role.URL,
        Role.IP,
        Role.TEXT,
    }

    def __init__(self, dial: Mapping[str, Level] | None = None, default: Level = Level.M5) -> None:
        """`dial` sets a level by a column's domain or, where that is empty, by `person`, `place`,
        `organisation`, `local` (what stands before an @) and `text`."""
        self._dial = dict(dial or {})
        self._default = default
        self._lexicon = Lexicon()
        self._kinds: dict[str, str] = {}
        self._settled: dict[Role, Replace] = {}
        self._at_end: dict[int, Replace] = {}
        self._prose: Prose | None = None
        self._in_text = InText()
        self._images: dict[str, str] = {}
        self._secret = b""
        self._remembered: dict[tuple[Role, int], dict[str, str]] = {}
        self._cut_before = CutBefore()

    @property
    def levels(self) -> dict[str, Level]:
        """The level of every domain seen."""
        return {
            domain: self._level(domain) for domain, counted in sorted(self._lexicon.counts.items()) if counted
        }

    def attach(self, *, moves: Moves | None = None, phones: Numbers | None = None) -> None:
        """Say who moves the dates of rows and knows telephone numbers, so that texts tell of the same."""
        self._in_text.attach(moves, phones)

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """Count the words of a batch, also those of documents and titles."""
        for column in table.columns:
            if column.name not in batch.schema.names:
                continue
            if column.role in self.roles | PROSE and column.role not in (Role.IP, Role.POSTCODE):
                cut = _CUTS.get(column.role, at_blanks)
                pieces = [Pieces(texts, cut) for texts in in_portions(batch.column(column.name))]
                for one in pieces:
                    self._count(column.role, column.domain, one)
                self._cut_before.keep(batch, pieces)

    def _count(self, role: Role, domain: str, pieces: Pieces) -> None:
        kind = _DOMAINS.get(role, "person")
        if role in PROSE:
            self._in_text.dates.learn(pieces.dictionary, pieces.counts)
            self._count_prose(pieces)
            return
        name = domain if domain and kind != LOCAL else kind
        self._lexicon.add(name, pieces.distinct, pieces.counts.tolist(), _KEPT.get(role, frozenset()))

    def _count_prose(self, pieces: Pieces) -> None:
        """Count a column of free text; a word counts once a row, however often it stands there."""
        told = np.flatnonzero(~pieces.mute())
        distinct: list[Any] = pc.take(pieces.dictionary, told).to_pylist()
        wanted = np.zeros(len(pieces.dictionary), bool)
        wanted[told] = self._lexicon.strange(distinct)
        counts = pieces.counts[told]
        rows = np.where(wanted[told], pieces.rows_having(wanted)[told], counts)
        self._lexicon.add_prose(distinct, counts.tolist(), rows.tolist())

    def _level(self, domain: str) -> Level:
        return self._dial.get(domain, self._default)

    def settle(self, key: Key) -> None:
        """Decide the pseudonym of every word seen."""
        secret = self._secret = key.sub("words")
        self._in_text.dates.settle(key.sub("dates in text"))
        lexicon = self._lexicon
        lexicon.close()
        named = lexicon.named()
        kept = lexicon.kept(named)
        entries = lexicon.entries(self._level, named, kept)
        self._images = Pseudonyms(secret, entries, RESERVED | kept).images
        book = Book(secret, self._images)
        roles = {
            word
            for word in COMMON_WORDS
            if lexicon.counts[LOCAL][word] >= KEPT_AT and not _person(lexicon, word)
        }
        composer = Composer(secret, book, roles)
        self._prose = Prose(secret, book, composer, kept=kept, usual=lexicon.usual(named))
        business = {word for word in BUSINESS_WORDS if named[word] >= KEPT_AT}
        names = {role: _but(book, words) for role, words in _KEPT.items()}
        self._settled = {
            **names,
            Role.ORGANISATION: _but(book, LEGAL_FORMS | business),
            Role.EMAIL: composer.local_piece,
            Role.USERNAME: composer.local_piece,
            Role.URL: composer.url,
            Role.IP: composer.ip,
            Role.POSTCODE: composer.postcode,
            Role.TEXT: self._prose.piece,
        }
        self._at_end = {
            _LAST: _but(book, TITLES | PARTICLES - ALSO_SURNAMES),
            _ALONE: _but(book, frozenset()),
        }
        self._remembered.clear()

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The column with its words replaced; blanks, signs, capitals and nulls stay."""
        texts = batch.column(column.name)
        if column.role == Role.TEXT:
            return self._cleaned(texts, self._in_text.days(table, batch)).cast(texts.type)
        mapped = [self._mapped(column.role, part) for part in in_portions(texts)]
        return pa.concat_arrays(mapped or [pa.array([], pa.string())]).cast(texts.type)

    def cleaned(self, texts: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
        """Whole documents or titles, cleaned as free text is."""
        return self._cleaned(texts, None)

    def _cleaned(self, texts: Any, days: NDArray[np.int64] | None) -> Texts:
        done, mapped = 0, []
        for part in in_portions(texts):
            own = days[done : done + len(part)] if days is not None else None
            pieces = self._cut_before.of(part, at_blanks)
            mapped.append(self._text(part, own) if pieces is None else self._text_again(pieces, own))
            done += len(part)
        return pa.concat_arrays(mapped or [pa.array([], pa.string())])

    def _text(self, texts: Texts, days: NDArray[np.int64] | None) -> Texts:
        told, sealed = self._in_text.told(texts, days)
        mapped = self._mapped(Role.TEXT, told)
        return unsealed(mapped) if sealed else mapped

    def _text_again(self, pieces: Pieces, days: NDArray[np.int64] | None) -> Texts:
        """Free text that is cut up already: only rows in which a date or number is written are cut anew."""
        prose = self._ready(Role.TEXT)
        joined = self._by_pieces(Role.TEXT, pieces)
        numbers = pieces.numbers
        rows = np.flatnonzero(numbers)
        some = pc.take(pieces.texts, rows)
        many = numbers[rows] >= LONG
        told, sealed = self._in_text.told(some, days[rows] if days is not None else None, many)
        told, glued = prose.glued(told, many)
        changed = pc.fill_null(pc.not_equal(told, some), False)
        if not pc.any(changed).as_py():
            return joined
        fresh = self._by_pieces(Role.TEXT, Pieces(told.filter(changed), at_blanks))
        fresh = opened(fresh) if glued else fresh
        at = np.zeros(len(joined), bool)
        at[rows[changed.to_numpy(zero_copy_only=False)]] = True
        merged: Texts = pc.replace_with_mask(joined, pa.array(at), unsealed(fresh) if sealed else fresh)
        return merged

    @property
    def known(self) -> frozenset[str]:
        """Every word of the source that has a pseudonym, in small letters."""
        return frozenset(self._images)

    def risk(self) -> Risk:
        """What attacks read from the pseudonyms of names, places and organisations."""
        found: dict[str, int] = {}
        for domain, counted in self._lexicon.counts.items():
            if domain not in (LOCAL, TEXT):
                for word, count in counted.items():
                    found[word] = found.get(word, 0) + count
        return risk(found, self._images)

    def _ready(self, role: Role) -> Prose:
        if role not in self._settled or self._prose is None:
            raise FixtureError(f"words of role '{role}' are mapped before they are settled")
        return self._prose

    def _mapped(self, role: Role, texts: Texts) -> Texts:
        prose = self._ready(role)
        pieces = self._cut_before.of(texts, _CUTS.get(role, at_blanks))
        if pieces is not None and role not in _WHOLE and role != Role.TEXT:
            return self._by_pieces(role, pieces)
        if _repeats(texts.slice(0, _LOOKED_AT)):
            encoded: Any = texts.dictionary_encode()
            if len(encoded.dictionary) * 2 < len(texts):
                spread: Texts = pc.take(self._mapped(role, encoded.dictionary), encoded.indices)
                return spread
        if role in _WHOLE:
            return pa.array(self._replaced(role, texts.to_pylist()), pa.string())
        if role == Role.TEXT:
            texts, glued = prose.glued(texts)
            joined = self._by_pieces(role, Pieces(texts, at_blanks))
            return opened(joined) if glued else joined
        return self._by_pieces(role, Pieces(texts, _CUTS.get(role, at_blanks)))

    def _by_pieces(self, role: Role, pieces: Pieces) -> Texts:
        replaced = self._each(role, pieces.dictionary)
        if role not in NAMES:
            return pieces.joined(replaced)
        ends = (self._each(role, pieces.dictionary, at=place) for place in (_LAST, _ALONE))
        return pieces.joined(replaced, *ends)

    def _each(self, role: Role, pieces: Texts, *, at: int = _INSIDE) -> Texts:
        """What each distinct piece becomes; long numbers, often most of them, all at once."""
        numbers = numbers_in(pieces)
        others = np.flatnonzero(~numbers)
        told = pa.array(self._replaced(role, pc.take(pieces, others).to_pylist(), at=at), pa.string())
        if len(others) == len(pieces):
            return told
        places = np.flatnonzero(numbers)
        changed = renumbered(self._secret, pc.take(pieces, places))
        return scattered([told, changed], [others, places])

    def _replaced(self, role: Role, pieces: list[Any], *, at: int = _INSIDE) -> list[Any]:
        known = self._remembered.setdefault((role, at), {})
        if len(known) > _REMEMBERED:
            known.clear()
        replace = self._at_end[at] if at else self._settled[role]
        found = list(map(known.get, pieces))
        missing = [place for place, image in enumerate(found) if image is None]
        for place in missing:
            piece = pieces[place]
            if piece is not None:
                core = piece.rstrip()
                changed = core if core.lower() in BLANKS else replace(core)
                found[place] = known[piece] = changed + piece[len(core) :]
        return found


def _but(book: Book, kept: frozenset[str]) -> Replace:
    return lambda text: book.all_but(kept, text)


def _repeats(texts: Texts) -> bool:
    return len(texts.unique()) * 4 < len(texts) * 3


def _person(lexicon: Lexicon, word: str) -> bool:
    return any(counted[word] for domain, counted in lexicon.counts.items() if domain not in (LOCAL, TEXT))
