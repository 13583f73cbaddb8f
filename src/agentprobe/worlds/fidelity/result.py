"""What fidelity is told in: numbers only, no value of a source or a world."""

from __future__ import annotations

import msgspec


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A question that agents ask of a table: its class, and the columns that it asks about."""

    kind: str
    """The class's name: a file in `queries/`."""
    table: str
    columns: tuple[str, ...]
    asked: int = 0
    """How often the agent's own traces ask it; 0 for a usual one that no trace was asked for."""

    @property
    def where(self) -> str:
        """What it asks about, in one word."""
        return f"{self.table}.{'+'.join(self.columns)}" if self.columns else self.table


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How figures are spread: places in rising order, and the share of all that stands at each."""

    at: tuple[float, ...]
    share: tuple[float, ...]


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of query finds."""

    query: Query
    n: int = 0
    """How many queries were asked."""
    independent: int = 0
    """How many of them do not depend on each other: rows of one value are one query."""
    mean: float = 0.0
    """Rows found by a query, on average."""
    sizes: Spread | None = None
    """Result sizes, as log2(1 + rows found)."""
    scores: dict[str, Spread] = msgspec.field(default_factory=dict)
    """Further figures of each query, such as the margin of the right one before the best wrong one."""
    shares: dict[str, float] = msgspec.field(default_factory=dict)
    """Shares of queries, such as those for which a wrong one is as good as the right one."""
    missing: str = ""
    """Why nothing was observed."""


class Spectrum(msgspec.Struct, frozen=True, kw_only=True):
    """How often values stand: the share of rows whose value stands 2^i to 2^(i+1) - 1 times, from i = 0."""

    table: str
    columns: tuple[str, ...]
    mass: tuple[float, ...]
    rows: int
    distinct: int


class Dirt(msgspec.Struct, frozen=True, kw_only=True):
    """What is missing, broken or oddly written, by class."""

    kind: str
    """`null_pattern`, `junk` or `mask`."""
    table: str
    column: str = ""
    """Empty where it is about the whole table."""
    names: tuple[str, ...]
    """The classes: which columns are missing, `placeholder`, `Aa Aa` …; rare ones are told together."""
    shares: tuple[float, ...]
    n: int


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What queries find in a source or a world."""

    rows: dict[str, int]
    seed: int
    paired: bool = False
    """Are the queries those of the other side, row by row?"""
    observed: tuple[Observed, ...] = ()
    spectra: tuple[Spectrum, ...] = ()
    dirt: tuple[Dirt, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure with its bound."""

    kind: str
    """The class of queries, or `collision`, `null_pattern`, `junk`, `mask`."""
    metric: str
    """What the value is: `result sizes`, `margin`, …"""
    where: str
    value: float | None
    """None where nothing was observed."""
    bound: float
    holds: bool | None
    """None where too little was observed to say."""
    n: int
    """So many queries or rows on the smaller side."""
    chance: float = 0.0
    """What two samples of one and the same thing would differ by, at 95 %; 0 where queries are paired."""
    source: float | None = None
    """The plain figure in the source, such as the mean number of rows found."""
    world: float | None = None
    note: str = ""


class Fidelity(msgspec.Struct, frozen=True, kw_only=True):
    """Does a world ask the same questions as its source?"""

    rows: tuple[Row, ...]
    source: Measured
    world: Measured

    @property
    def failed(self) -> tuple[Row, ...]:
        """The figures beyond their bounds."""
        return tuple(row for row in self.rows if row.holds is False)

    @property
    def unobserved(self) -> tuple[Row, ...]:
        """The figures of which too little was seen to say anything."""
        return tuple(row for row in self.rows if row.holds is None)

    @property
    def refused(self) -> bool:
        """Does any figure miss its bound?"""
        return bool(self.failed)

    @property
    def holds(self) -> bool:
        """Was something observed, and nothing beyond its bound?"""
        return not self.failed and any(row.holds for row in self.rows)
