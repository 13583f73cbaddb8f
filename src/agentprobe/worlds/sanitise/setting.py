"""What treatments are told besides the schema: what the plan says of tables and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentprobe.worlds.schema import Column, Schema

COMMON = 20
"""A value that stands in so many rows tells nobody who somebody is, unless the plan says otherwise."""
ALL_TOGETHER = "*"
"""In place of an entity's column: all rows of the table move together, as the events of calendars do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The same for every treatment of one snapshot."""

    schema: Schema
    as_of: str = ""
    """The state of production that is read, as an ISO date and time; no past is moved beyond it."""
    entities: Mapping[str, str] = field(default_factory=dict)
    """Of each table the column that says whose a row is; their dates are shifted together."""
    common: int = COMMON
    commons: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Where a column counts another number as common, by table and column."""
    leaves: Mapping[tuple[str, str], tuple[Column, ...]] = field(default_factory=dict)
    """What stands in JSON columns: each leaf is a column that is named by its path, `address.city`."""

    def common_in(self, table: str, column: str) -> int:
        """From how many rows on a value of a column is kept as it is."""
        return self.commons.get((table, column), self.common)
