"""The leak report: every attack on a world that we know how to make ourselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from agentprobe.worlds.fidelity.columns import Rows
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.leaks.blocks import blocks
from agentprobe.worlds.leaks.closeness import closeness
from agentprobe.worlds.leaks.linkage import linkage
from agentprobe.worlds.leaks.quasi import Groups, groups
from agentprobe.worlds.leaks.rank import rank_attack
from agentprobe.worlds.leaks.result import Check, LeakReport
from agentprobe.worlds.leaks.same_row import same_row
from agentprobe.worlds.leaks.survivors import Survivors
from agentprobe.worlds.leaks.tuples import recurring
from agentprobe.worlds.manifest import MAPPED
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.schema import Schema


class Risk(Protocol):
    """What the pseudonyms of words tell an attacker who knows the frequent ones."""

    @property
    def decoded(self) -> float | None:
        """The share of rare tokens that he reads; None where there are none."""
        ...

    @property
    def hanging(self) -> float | None:
        """The share of rare tokens that are one edit away from one that he knows."""
        ...

    @property
    def tokens(self) -> int:
        """How many rare tokens there are."""
        ...


DECODED_BOUND = 0.01


def leaks(
    reading: Rows,
    schema: Schema,
    world: WorldFolder,
    *,
    key_id: str = "",
    risk: Risk | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> LeakReport:
    """Attack a world with its source in hand.

    `schema` is the source's with its roles, also those of columns that the world leaves out. `risk` is what
    the treatment of words says of itself. No value of the source stands in the report.
    """
    told = progress or Quiet()
    kind = world.manifest.kind
    survivors = Survivors(schema, kind=kind, seed=seed, progress=told)
    survivors.learn(reading)
    survivors.scan(world)
    checks = list(survivors.checks())
    told.step("attacking the world")
    checks += _of_rows(reading, schema, world, mapped=kind == MAPPED, seed=seed)
    checks += _of_risk(risk) if risk is not None else ()
    checks += closeness(reading, world, schema, seed=seed)
    grouped = groups(world, world.schema, seed=seed)
    return LeakReport(
        kind=kind,
        key_id=key_id,
        checks=(*checks, *_of_groups(grouped)),
        group_sizes=grouped.shares if grouped else (),
        quasi=grouped.columns if grouped else (),
    )


def _of_rows(
    reading: Rows, schema: Schema, world: WorldFolder, *, mapped: bool, seed: int
) -> Iterator[Check]:
    """Attacks that hold rows against rows."""
    if mapped:
        yield from same_row(reading, world, schema, seed=seed)
        yield from rank_attack(reading, world, schema, seed=seed)
    for found in blocks(reading, world, schema, seed=seed):
        yield from recurring(found, mapped=mapped)
        if not mapped:
            yield linkage(found, seed=seed)


def _of_risk(risk: Risk) -> Iterator[Check]:
    decoded = risk.decoded if risk.tokens else None
    yield Check(
        name="rare tokens decoded by who knows the frequent ones",
        value=_rounded(decoded),
        bound=DECODED_BOUND,
        holds=None if decoded is None else decoded <= DECODED_BOUND,
        n=risk.tokens,
        note="there are no rare tokens" if decoded is None else "",
    )
    note = "who knows the frequent form knows that a rare one is near it"
    yield Check(name="rare tokens beside a known one", value=_rounded(risk.hanging), n=risk.tokens, note=note)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 5)


def _of_groups(grouped: Groups | None) -> Iterator[Check]:
    if grouped is not None:
        yield grouped.check
