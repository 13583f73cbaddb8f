"""To put ambiguities into a finished world; it is whole before and after, never in between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pyarrow as pa

from agentprobe.basis.files import write_whole
from agentprobe.errors import ConfigError, FixtureError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import TableWriter, WorldFolder, parts_of, spelled
from agentprobe.worlds.manifest import write_manifest
from agentprobe.worlds.planting.ambiguity import AMBIGUITIES
from agentprobe.worlds.planting.cast import Cast, cast_of
from agentprobe.worlds.planting.planted import NAME, Planted, Planting
from agentprobe.worlds.planting.stage import PART, Row, Rows, Stage, Unfit
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.tasks.spec import NAME as TASKS

ALL_THAT_FIT: tuple[str, ...] = ()
"""Plant every ambiguity that the world has the tables and columns for."""
MOST = 20
"""The most look-alikes that a target can have."""


def plant(
    world: WorldFolder,
    names: Sequence[str] = ALL_THAT_FIT,
    *,
    seed: int,
    k: int = 3,
    target: Path | None = None,
    cast: Mapping[str, Mapping[str, str]] | None = None,
    progress: Progress | None = None,
) -> tuple[Planted, ...]:
    """Put ambiguities into a world, each with `k` look-alikes, and say what came where.

    What was planted before is taken out first. With `target` a world beside it is made and this one stays as
    it is. An ambiguity that does not fit is skipped and says why; one that was named and is none is a
    ConfigError.
    """
    if not 1 <= k <= MOST:
        raise ConfigError(f"a target can have 1 to {MOST} look-alikes, not {k}")
    chosen = [AMBIGUITIES.get(name).name for name in names or AMBIGUITIES.names()]
    played = cast_of(world.schema, cast)
    with changing(world, target) as draft:
        take_out(draft)
        _reseal(draft, world)
        bare = WorldFolder(draft)
        rows = Rows(bare, played, seed=seed, users=AMBIGUITIES.names())
        planted = []
        for place, name in enumerate(chosen):
            (progress or Quiet()).step(f"planting {name}", place, len(chosen))
            found = _planted(Stage(rows, played, name=name, k=k), played)
            planted.append(found[0])
            _keep(draft, bare, name, found[1])
        whole = Planting(seed=seed, k=k, cast=played, planted=tuple(planted))
        write_whole(draft / NAME, msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n")
        _reseal(draft, world)
    return tuple(planted)


def _planted(stage: Stage, cast: Cast) -> tuple[Planted, dict[str, list[Row]]]:
    entry = AMBIGUITIES.get(stage.name)
    if lacks := cast.lacks(entry.needs):
        return Planted(ambiguity=stage.name, skipped=lacks), {}
    if empty := next((part for part in _tables(cast, entry.needs) if not stage.heart(part)), ""):
        return Planted(ambiguity=stage.name, skipped=f"table '{empty}' has no rows to copy"), {}
    try:
        return entry().plant(stage), stage.added
    except Unfit as unfit:
        return Planted(ambiguity=stage.name, skipped=str(unfit)), {}


def _tables(cast: Cast, needs: Iterable[str]) -> Iterator[str]:
    for need in needs:
        yield getattr(cast, need.partition(".")[0]).table


def _keep(draft: Path, world: WorldFolder, name: str, added: Mapping[str, list[Row]]) -> None:
    for table, rows in added.items():
        shape = world.schema.table(table)
        try:
            batch = pa.RecordBatch.from_pylist(rows, schema_of(shape))
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise FixtureError(f"{name} does not fit the columns of table '{table}': {error}") from error
        with TableWriter(draft, shape, part=f"{PART}{name}") as writer:
            writer.add(batch)


def take_out(draft: Path) -> None:
    """Remove what was planted before, and the tasks that were made of it."""
    (draft / NAME).unlink(missing_ok=True)
    (draft / TASKS).unlink(missing_ok=True)
    for path in (draft / "tables").glob(f"*/{PART}*.parquet"):
        path.unlink()


def _reseal(draft: Path, world: WorldFolder) -> None:
    parts = parts_of(draft)
    rows = {
        table.name: sum(
            part.rows or 0 for part in parts if part.path.startswith(f"tables/{spelled(table.name)}/")
        )
        for table in world.schema.tables
    }
    write_manifest(draft, msgspec.structs.replace(world.manifest, parts=parts, rows=rows))


@contextmanager
def changing(world: WorldFolder, target: Path | None) -> Iterator[Path]:
    """A hidden copy of a world to change, which takes the place of `target` when all went well.

    Files are linked, not copied, so it costs nothing; whoever changes one writes it anew. Without a target
    the copy takes the place of the world itself.
    """
    place = target or world.path
    if target is not None and target.exists():
        raise ConfigError(f"there is something at {target} already; name a folder that is not there")
    draft = place.with_name(f".changing-{place.name}")
    shutil.rmtree(draft, ignore_errors=True)  # left by a process that was killed
    draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copytree(world.path, draft, copy_function=_linked)
        yield draft
        _swap(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)
    return target


def _swap(draft: Path, place: Path) -> None:
    old = place.with_name(f".before-{place.name}")
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
    draft.rename(place)
    shutil.rmtree(old, ignore_errors=True)
