"""To make the tasks of a world: those of its own rows, and those of what was planted into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from agentprobe.errors import FixtureError
from agentprobe.worlds.folder import WorldFolder, parts_of
from agentprobe.worlds.manifest import write_manifest
from agentprobe.worlds.planting.ambiguity import AMBIGUITIES
from agentprobe.worlds.planting.cast import Cast, cast_of
from agentprobe.worlds.planting.plant import changing
from agentprobe.worlds.planting.planted import Planting, read_planting
from agentprobe.worlds.planting.stage import Rows, Stage, Unfit
from agentprobe.worlds.tasks.family import FAMILIES
from agentprobe.worlds.tasks.spec import TaskSpec, keep_tasks
from agentprobe.worlds.tasks.truth import Truth


def tasks_of(
    world: WorldFolder,
    families: Sequence[str] = (),
    *,
    seed: int = 0,
    cast: Mapping[str, Mapping[str, str]] | None = None,
    candidates: int = 0,
) -> tuple[TaskSpec, ...]:
    """The tasks of a world, with what is right at its density: the families that fit, and what is planted.

    `candidates` leaves out questions of which fewer rows fit the loosest reading. Their ids and prompts are
    the same at every density of a nested world. Raises FixtureError where none can be made.
    """
    planting = read_planting(world.path)
    played = planting.cast if planting else cast_of(world.schema, cast)
    chosen = [FAMILIES.get(name) for name in families or FAMILIES.names()]
    with Truth(world, played) as truth:
        rows = Rows(world, played, seed=planting.seed if planting else seed, users=())
        found = [
            spec
            for family in chosen
            if not played.lacks(family.needs)
            for spec in _asked(family.name, Stage(rows, played, name=family.name, k=1), truth)
        ]
        found += [spec for spec in _planted(planting, truth) if not families or spec.family in families]
    kept = tuple(spec for spec in found if spec.candidates >= candidates)
    if not kept:
        raise FixtureError(f"no task can be made of this world: {_why(played)}")
    return kept


def make_tasks(
    world: WorldFolder,
    families: Sequence[str] = (),
    *,
    seed: int = 0,
    cast: Mapping[str, Mapping[str, str]] | None = None,
    candidates: int = 0,
    more: Sequence[TaskSpec] = (),
) -> tuple[TaskSpec, ...]:
    """Make the tasks of a world and keep them in its folder as `tasks.json`, which its manifest then lists.

    `more` are tasks made elsewhere, such as those of production's traces.
    """
    found = (*tasks_of(world, families, seed=seed, cast=cast, candidates=candidates), *more)
    with changing(world, None) as draft:
        keep_tasks(draft, found)
        write_manifest(draft, msgspec.structs.replace(world.manifest, parts=parts_of(draft)))
    return found


def _asked(name: str, stage: Stage, truth: Truth) -> Iterator[TaskSpec]:
    try:
        yield from FAMILIES.get(name)().ask(stage, truth)
    except Unfit:
        return


def _planted(planting: Planting | None, truth: Truth) -> Iterator[TaskSpec]:
    for planted in planting.planted if planting else ():
        if not planted.skipped:
            yield from AMBIGUITIES.get(planted.ambiguity)().ask(planted, truth)


def _why(cast: Cast) -> str:
    lacks = [f"{name}: {why}" for name in FAMILIES.names() if (why := cast.lacks(FAMILIES.get(name).needs))]
    return "; ".join(lacks) or "its rows hold nothing to ask for; name its parts in a cast"
