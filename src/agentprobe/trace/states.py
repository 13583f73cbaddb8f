"""What an agent kept between its steps, snapshot by snapshot, and what changed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agentprobe.trace.body import unpacked
from agentprobe.trace.diff.paths import Change, changes
from agentprobe.trace.records import StateRecord
from agentprobe.trace.view import Trace


@dataclass(frozen=True)
class Snapshot:
    """The state of one name at one moment."""

    record: StateRecord
    number: int
    """Its place among the snapshots of its name, from 1."""
    before: Snapshot | None = None
    """The last of the same name and process."""

    @property
    def name(self) -> str:
        """Whose state it is."""
        return self.record.name

    @cached_property
    def value(self) -> Any:
        """What was kept."""
        return unpacked(self.record.value)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What differs from the snapshot before; none of the first."""
        return tuple(changes(self.before.value, self.value)) if self.before is not None else ()


def snapshots(trace: Trace) -> tuple[Snapshot, ...]:
    """Every snapshot of a trace with the one before it."""
    last: dict[tuple[str, str, str], Snapshot] = {}
    found = []
    for record in trace.states:
        key = record.by, record.source, record.name
        before = last.get(key)
        last[key] = Snapshot(record, before.number + 1 if before else 1, before)
        found.append(last[key])
    return tuple(found)
