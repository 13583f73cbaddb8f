"""To let a world stand: all its rows in a database, with keys and indexes, and what is searched beside it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from agentprobe.errors import AgentProbeError, ConfigError, FixtureError
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.schema import Table
from agentprobe.worlds.stand import addresses
from agentprobe.worlds.stand.beside import stand_calendars, stand_vectors
from agentprobe.worlds.stand.form import Form, Loaded, Work
from agentprobe.worlds.stand.forms import FORMS
from agentprobe.worlds.stand.indexes import Indexes
from agentprobe.worlds.stand.standing import Mark, Standing, write_standing


def stand(
    world: WorldFolder,
    form: str,
    target: Path,
    *,
    address: str = "",
    progress: Progress | None = None,
    embed: str = "",
    indexes: str = "auto",
    writes: tuple[str, ...] = (),
) -> Standing:
    """Let a world stand in a folder; it is there whole or not at all.

    `form` is one of `forms/`; `address` says where a server is. Tables with vectors or documents get an index
    to search by meaning: with the table's own vectors, or those that `embed` (`module:function`) makes of the
    texts. `writes` names large tables that runs must be able to write, where that has a price (DuckDB).

    Raises ConfigError for a wrong form or address, FixtureError where the database refuses the world.
    """
    kind = FORMS.get(form)()
    if kind.needs_address and not address:
        raise ConfigError(f"the form {form} needs the address of a server: postgresql://user@host/database")
    for name in writes:
        world.schema.table(name)
    _check(world.schema.tables)
    chosen = _indexes(indexes)
    folder = _draft(target)
    work = Work(
        world=world,
        folder=folder,
        target=target.absolute(),
        address=address,
        indexes=chosen,
        writes=writes,
        progress=progress or Quiet(),
    )
    try:
        return _built(kind, work, target, embed)
    except OSError as error:
        raise AgentProbeError(f"the world cannot stand in {target}: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _built(kind: Form, work: Work, target: Path, embed: str) -> Standing:
    loaded = kind.load(work)
    try:
        for file in loaded.shared:
            _kept(work.folder / file)
        standing = _described(kind, work, loaded, embed)
        write_standing(work.folder, standing)
        work.folder.rename(target)
    except BaseException:
        undo = Standing(
            form=kind.name, name="", world="", as_of="", schema=work.world.schema, base=loaded.base
        )
        kind.discard(undo, work.address)
        raise
    return standing


def _kept(path: Path) -> None:
    """Have the disk hold a file before anything says that it is there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _described(kind: Form, work: Work, loaded: Loaded, embed: str) -> Standing:
    vectors = stand_vectors(work.world, work.folder, embed, work.progress)
    calendars, left_out = stand_calendars(work.world, work.folder)
    files = [*loaded.shared, *(file for one in vectors for file in (one.file, one.ids))]
    manifest = work.world.manifest
    return Standing(
        form=kind.name,
        name=manifest.name,
        world=manifest.digest,
        as_of=manifest.as_of,
        expires=manifest.expires,
        schema=manifest.schema,
        rows={table.name: work.world.rows(table.name) for table in work.tables},
        address=addresses.remember(work.address),
        base=loaded.base,
        marks=tuple(Mark.of(work.folder, file) for file in files),
        vectors=vectors,
        calendars=calendars,
        notes=(*loaded.notes, *left_out),
        views=loaded.views,
    )


def _draft(target: Path) -> Path:
    """A hidden folder beside the target, which takes its place in the end."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FixtureError(f"there is something in {target} already; remove it or name another folder")
    draft = target.with_name(f".standing-{target.name}-{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    return draft


def _check(tables: tuple[Table, ...]) -> None:
    """Databases take names that differ in capitals for the same."""
    _differ("tables", [table.name for table in tables], "this world")
    for table in tables:
        _differ("columns", [column.name for column in table.columns], f"table '{table.name}'")


def _differ(what: str, names: list[str], where: str) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if name.lower() in seen:
            raise FixtureError(
                f"two {what} of {where} are called '{seen[name.lower()]}' and '{name}', which databases "
                "take for one; rename one in world.toml"
            )
        seen[name.lower()] = name


def _indexes(name: str) -> Indexes:
    try:
        return Indexes(name)
    except ValueError:
        raise ConfigError(f"unknown choice of indexes '{name}'; known are {', '.join(Indexes)}") from None
