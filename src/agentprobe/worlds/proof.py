"""What a new world is measured by before anybody may use it: does it ask the same, and does it leak?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from agentprobe.trace.view import Trace
from agentprobe.worlds.fidelity import Fidelity, catalogue_for, compare, measure
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.leaks import LeakReport, leaks
from agentprobe.worlds.manifest import MAPPED
from agentprobe.worlds.plan import Plan
from agentprobe.worlds.planned import Planned
from agentprobe.worlds.progress import Progress
from agentprobe.worlds.sanitise.words.risk import Risk
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.source import Reading

SEED = 1
"""Which rows are asked about; the same for every snapshot, so that they can be compared over time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Both reports on a new world."""

    fidelity: Fidelity
    leaks: LeakReport

    @property
    def failing(self) -> tuple[str, ...]:
        """What is beyond its bound, by class and column; it holds no value of the source."""
        asked = (
            f"{row.kind} {row.metric} at {row.where}: {row.value:.3g}, allowed {row.bound:g}"
            for row in self.fidelity.failed
            if row.value is not None
        )
        leaked = (
            f"leak: {' at '.join(filter(None, (one.name, one.where)))}:"
            f" {one.value:.3g}, allowed {one.bound:g}"
            for one in self.leaks.failed
            if one.value is not None and one.bound is not None
        )
        return (*leaked, *asked)

    @property
    def measured(self) -> dict[str, Any]:
        """Both reports as plain values, for the manifest."""
        return {"fidelity": msgspec.to_builtins(self.fidelity), "leaks": msgspec.to_builtins(self.leaks)}


@dataclass(frozen=True, slots=True)
class _Attacked:
    """What attacks read of pseudonyms, in the leak report's words."""

    decoded: float
    hanging: float
    tokens: int

    @classmethod
    def of(cls, risk: Risk) -> _Attacked:
        return cls(risk.decoded or 0.0, risk.known_parent or 0.0, risk.rare)


def proved(
    reading: Reading,
    schema: Schema,
    world: WorldFolder,
    plan: Plan,
    *,
    risk: Risk | None,
    progress: Progress,
    traces: Iterable[Trace] = (),
) -> Proof:
    """Measure a world against its source; `schema` is the source's, with what the world leaves out.

    With traces, by the queries that their tool calls make.
    """
    queries = catalogue_for(world.schema, traces)
    source = measure(Planned(reading, world.schema), queries, seed=SEED, progress=progress)
    paired = source if world.manifest.kind == MAPPED else None
    there = measure(world, queries, seed=SEED, paired_with=paired, progress=progress)
    report = leaks(
        Planned(reading, schema),
        schema,
        world,
        key_id=world.manifest.key_id,
        risk=None if risk is None else _Attacked.of(risk),
        seed=SEED,
        progress=progress,
    )
    return Proof(fidelity=compare(source, there, plan.bounds), leaks=report)
