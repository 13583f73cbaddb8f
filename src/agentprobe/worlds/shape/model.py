"""The shape of production data: what decides how many rows fit a question, and none of its values.

Shares are of all rows unless said otherwise. Words that stand here verbatim are column names, words of a
category that stood in at least `k` rows, and public words such as `N/A` or the name of a big mail
provider.
"""

from __future__ import annotations

from typing import Any

import msgspec

from agentprobe.worlds.schema import Schema, Table
from agentprobe.worlds.shape.spectrum import Spectrum

FORMAT = 1
Weighted = tuple[tuple[str, float], ...]
"""Words with their shares."""


class Words(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="words"):
    """Names of people, places and things."""

    vocabulary: str
    """Which words they look like: a module of `grow/vocabulary`."""
    spectrum: Spectrum
    prefixes: Spectrum | None = None
    """How the distinct values share their first four letters."""
    variants: float = 0.0
    """Of the values that are not common: the share that is one edit away from a commoner one."""
    case: str = "title"
    """`title`, `lower` or `upper`: how most are written."""
    numbered: float = 0.0
    """The share that begins with a number of its own, such as a house's."""
    houses: tuple[float, ...] = ()
    """Quantiles of these numbers, evenly spaced; empty for small ones more often than large ones."""
    moves: float = 0.0
    """Per further record of the same entity: how often this number is another one."""
    lexicon: tuple[str, ...] = ()
    """Made-up words that are as like each other as the column's are, the commonest first (`lexicon.py`);
    empty where words are taken from the vocabulary."""


class FullName(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="full_name"):
    """A person's names in one value."""

    given: Words
    surname: Words
    forms: Weighted = (("{given} {surname}", 1.0),)
    """How they are put together; also {initial}, {middle}, {title}, and {second}, {third} and {fourth} for
    words between both."""
    titles: Weighted = ()
    """Public words that stand before names, as shares of these; empty for usual ones."""
    between: Words | None = None
    """The words between both; None where they are given names."""
    given_edits: Weighted = ()
    """Per further record of the same person: how often each operator has struck the given name."""
    surname_edits: Weighted = ()
    reforms: float = 0.0
    """Per further record: how often the name is put together anew."""
    both: float = 0.0
    """Per further record: how often both names are struck."""
    both_moved: float = 0.0
    """Per further record: how often both are other ones."""
    turned: float = 0.0
    """Per further record: how often given name and surname stand in each other's place."""
    recurs: float = 0.0
    """Per further record: how often its name is one of few that its person's records take turns in."""


class Email(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="email"):
    """Addresses made from the names in the same row."""

    given: str = ""
    """The column of given names or of full names; empty where there is none."""
    surname: str = ""
    forms: Weighted = (("{given}.{surname}", 1.0),)
    """Local parts; also {initial}, {digits}, {9}, {99} … for so many digits, and {handle} for what is made
    of no name."""
    providers: Weighted = ()
    """Public mail providers; the rest of the shares falls on `others`."""
    others: Spectrum = Spectrum(discount=0.5, strength=50.0)
    """How many addresses share a domain that is nobody's provider."""
    domains: tuple[str, ...] = ()
    """Made-up domains in their place, the commonest first; empty where they are made of words."""
    as_written: bool = False
    """Are addresses made from the names as they stand in the row, slips included?"""
    handles: Words | None = None
    """The local parts that are made of no name."""


class Masked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="masked"):
    """What has a form: telephone numbers, codes, postcodes; `9` stands for a digit, `A`, `a` and `h` for
    letters."""

    masks: Weighted
    spectrum: Spectrum | None = None
    """None where no two rows share a value but by chance."""
    leads: Spectrum | None = None
    """How values share their first letters or digits, such as an area's."""
    lead: int = 0
    """How many letters and digits that are."""
    leads_by: tuple[Spectrum | None, ...] = ()
    """The same for each mask of which there are enough."""


class Key(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="key"):
    """What names a row: in no order, and never twice."""

    form: str = "number"
    """`number`, `text` (prefix and digits), `uuid`, or `ordinal`: the place among the rows of one parent."""
    digits: int = 8
    prefix: str = ""


class Reference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="reference"):
    """A key of another table's row."""


class Category(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="category"):
    """One of few words, with their dirt."""

    values: Weighted
    given: str = ""
    """The category on which it depends most; empty for none."""
    by: tuple[tuple[float, ...], ...] = ()
    """Per value of `given`, in its order: the shares of `values`."""
    others: Words | None = None
    """Of the words that fewer than `k` rows have: how often each recurs, and made-up ones in their place."""
    rest: float = 0.0
    """The share of rows with such a word."""


class Moment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="moment"):
    """Days, or days with times."""

    knots: tuple[float, ...]
    """Quantiles, evenly spaced, in days from 1970-01-01."""
    yearly: float = 0.0
    """The share of which only the year is known: they stand at its first day."""
    years: tuple[float, ...] = ()
    """Quantiles of these, as `knots`, which then are those of the others."""
    monthly: float = 0.0
    """Of the others: the share that stands at the first day of its month."""
    weekdays: tuple[float, ...] = ()
    """Shares from Monday on; empty where they do not differ."""
    hours: tuple[float, ...] = ()
    """Shares of the hours of the day; empty for whole days."""
    after: str = ""
    """A moment of the same row, or `parent.COLUMN`, that is not later."""
    gaps: tuple[float, ...] = ()
    """Quantiles of the days between them."""
    bands: tuple[float, ...] = ()
    """Days at which the earlier moment's rows are cut into bands; empty where all have the same gaps."""
    gaps_by: tuple[tuple[float, ...], ...] = ()
    """Per band: quantiles of the days between them."""
    grain: int = 1
    """Seconds of which every time is a multiple."""
    forms: Weighted = ()
    """Of dates that are text: `YYYY`, `MM` and `DD` with what stands between."""
    special: Weighted = ()
    """Days that stand for something else, such as 1900-01-01; of text also what is no day."""


class Number(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="number"):
    """Amounts and measures."""

    knots: tuple[float, ...]
    """Quantiles, evenly spaced."""
    steps: tuple[tuple[float, float], ...] = ()
    """Rounding habits: (step, share)."""
    endings: tuple[tuple[float, float], ...] = ()
    """What prices end in: (.99, share)."""
    special: tuple[tuple[float, float], ...] = ()
    """Values that stand for something, such as 0, with their shares."""
    places: int = 2
    """Digits after the point."""


class Prose(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="prose"):
    """Free text."""

    vocabulary: str = "notes"
    lengths: tuple[float, ...] = (4, 8, 12, 18, 30)
    """Quantiles of the number of words, evenly spaced."""
    spectrum: Spectrum | None = None
    """How often a whole text recurs; None where every one is its own."""
    mentions: Weighted = ()
    """Columns of the same row that a text names, with the share of the texts that do."""


class JsonLeaf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands at one path of JSON documents; a path of which nothing is told stays empty."""

    path: str
    """`address.city`, `tags[]`."""
    words: Weighted = ()
    """Common words of a category."""
    number: Number | None = None
    """Amounts; of days and times the days or seconds from 1970."""
    form: str = ""
    """How days or times are written, as `strftime` takes it."""


class Json(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="json"):
    """JSON documents."""

    forms: Weighted
    """Documents with their keys alone: texts are empty, numbers 0, of a list's items the first stands."""
    leaves: tuple[JsonLeaf, ...] = ()


class Constant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="constant"):
    """A column whose values did not leave production: empty, or one value where it must have one."""


Model = (
    Words | FullName | Email | Masked | Key | Reference | Category | Moment | Number | Prose | Json | Constant
)


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column's shape."""

    name: str
    model: Model
    whose: str = "row"
    """`entity` where all records of one person tell the same, but for edits."""
    follows: str = ""
    """A column with which it goes together, such as the town that a postcode belongs to."""
    sticks: float = 0.0
    """The share of rows in which the column followed decides it."""
    absent: str = ""
    """The category that says where the column is empty, such as the end of what is still open."""
    absent_by: tuple[float, ...] = ()
    """Per value of that category, in its order: the share of rows without a value."""
    edits: Weighted = ()
    """Per further record of the same entity: how often each operator of `grow/edits.py` has struck."""
    recurs: float = 0.0
    """Per further record: how often its value is one of few that its entity's records take turns in."""
    junk: Weighted = ()
    """Shares of rows with dirt of each kind of `grow/junk.py`."""


class Fan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many rows refer to one row of another table."""

    columns: tuple[str, ...]
    """The columns of the reference."""
    sizes: tuple[tuple[float, float], ...]
    """(number of rows, share of the rows referred to), zero included."""
    empty: float = 0.0
    """The share of rows that refer to none."""
    popular: Spectrum | None = None
    """How unevenly the rows referred to are chosen, where the table belongs to another one."""


class TableShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table's shape."""

    table: Table
    rows: int
    power: float = 1.0
    """Of a table that belongs to no other: by what power of the main table's rows its own grow."""
    fields: tuple[Field, ...]
    records: tuple[tuple[float, float], ...] = ((1.0, 1.0),)
    """(records of one entity, share of the entities)."""
    pairs: Spectrum | None = None
    """How often the same given name and surname come together beyond chance, and `reuse` says how often at
    all."""
    reuse: float = 0.0
    missing: tuple[tuple[tuple[str, ...], float], ...] = ()
    """Which columns are empty together, with their shares; the rest of the rows is complete."""
    fans: tuple[Fan, ...] = ()

    def field(self, name: str) -> Field | None:
        """Find a column's shape; None for a column that is not there."""
        return next((field for field in self.fields if field.name == name), None)


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that growing a world needs."""

    format: int = FORMAT
    name: str
    as_of: str = ""
    """The state of production that it shows; empty for a shape that was chosen."""
    source: str = ""
    tables: tuple[TableShape, ...]
    k: int = 0
    """A word stands here when at least so many rows had it."""
    epsilon: float | None = None
    """The noise on every count, if any: see `noise.py` for what that promises."""
    documents: dict[str, Any] = msgspec.field(default_factory=dict)
    """Of the tables with documents: their families (`documents`)."""
    calendars: dict[str, Any] = msgspec.field(default_factory=dict)
    """Of people's calendars (`calendars`); empty where there are none."""
    vectors: dict[str, Any] = msgspec.field(default_factory=dict)
    """Of columns of vectors, as TABLE.COLUMN: their density (`vectors`)."""

    @property
    def root(self) -> str:
        """The table whose rows a world is measured in: of those that belong to no other, the largest."""
        return max(self.roots, key=lambda name: self.table(name).rows, default="")

    @property
    def roots(self) -> tuple[str, ...]:
        """The tables that belong to no other."""
        placed: set[str] = set()
        found = []
        for table in self.schema.parents_first():
            if not any(one.table in placed and one.table != table.name for one in table.references):
                found.append(table.name)
            placed.add(table.name)
        return tuple(found)

    @property
    def schema(self) -> Schema:
        """The tables that grow from it."""
        return Schema(tables=tuple(one.table for one in self.tables))

    def table(self, name: str) -> TableShape:
        """Find a table's shape; raises ConfigError for an unknown one."""
        self.schema.table(name)
        return next(one for one in self.tables if one.table.name == name)
