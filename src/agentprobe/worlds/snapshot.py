"""A world made from production: read twice while it is held still, measured, and refused where it leaks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.canonical import digest_of
from agentprobe.basis.clock import Clock, RealClock
from agentprobe.errors import ConfigError, FixtureError
from agentprobe.worlds.folder import WorldFolder, parts_of
from agentprobe.worlds.keys import Key
from agentprobe.worlds.manifest import MAPPED, REGENERATED, Manifest, read_manifest, write_manifest
from agentprobe.worlds.mapping import mapped
from agentprobe.worlds.plan import Plan
from agentprobe.worlds.planned import Planned
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.proof import Proof, proved
from agentprobe.worlds.regenerating import regenerated
from agentprobe.worlds.sanitise.left_out import LEFT_OUT, without
from agentprobe.worlds.sanitise.words.risk import Risk
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.source import Reading, Source
from agentprobe.worlds.subset import Subset

Prove = Callable[..., Proof]


class SnapshotRefused(FixtureError):
    """A snapshot is not what it has to be; `proof` holds the reports, `kept` the folder if asked for."""

    def __init__(self, manifest: Manifest, proof: Proof, kept: Path | None) -> None:
        told = "\n  ".join(proof.failing)
        where = f"it stands at {kept}, for looking only" if kept else "nothing of it was kept"
        super().__init__(
            f"the snapshot is refused; {where}. Beyond what is allowed:\n  {told}\n"
            'Turn the dial of these columns, drop them, or sign for it with --accept "why"'
        )
        self.manifest = manifest
        self.proof = proof
        self.kept = kept


def snapshot(
    source: Source,
    plan: Plan,
    key: Key,
    target: Path,
    *,
    progress: Progress | None = None,
    accept: str = "",
    key_file: Path | None = None,
    keep_refused: bool = False,
    derived: dict[str, Any] | None = None,
    prove: Prove = proved,
    clock: Clock | None = None,
) -> Manifest:
    """Make a world of what a source holds now, as a plan says.

    The target appears when the world is whole and measured, or not at all. `accept` is why a person takes it
    although a report refuses it; it is recorded. `key_file` is where the key is kept, which must not be
    inside. `derived` is recorded as how to make the world again. Raises ConfigError where plan, source, key
    and target do not fit together, SnapshotRefused where the world leaks or asks other questions than its
    source.
    """
    told = progress or Quiet()
    _check_place(target, key_file)
    hidden = _hidden(target, told)
    try:
        hidden.mkdir(mode=0o700, parents=True)
        made = _Made(source, plan, key, hidden, told, derived or {}, clock or RealClock())
        with source.reading() as reading:
            proof = made.world(reading, prove)
        if proof.failing and not accept.strip():
            manifest = read_manifest(hidden)
            kept = target.with_name(f"{target.name}.refused") if keep_refused else None
            if kept is not None:
                shutil.rmtree(kept, ignore_errors=True)
                hidden.rename(kept)
            raise SnapshotRefused(manifest, proof, kept)
        manifest = made.sealed(proof, accept)
        hidden.rename(target)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
    return manifest


class _Made:
    """One snapshot in the making, in its hidden folder."""

    def __init__(
        self,
        source: Source,
        plan: Plan,
        key: Key,
        folder: Path,
        progress: Progress,
        derived: dict[str, Any],
        clock: Clock,
    ) -> None:
        self._source, self._plan, self._key, self._folder = source, plan, key, folder
        self._progress, self._derived, self._clock = progress, derived, clock

    def world(self, reading: Reading, prove: Prove) -> Proof:
        """Write the world, and measure it while the source is still held."""
        plan = self._plan
        whole = plan.applied(reading.schema)
        seen = _subset(Planned(reading, whole), plan, self._progress)
        schema, constants = without(whole)
        risk: Risk | None = None
        if plan.kind == MAPPED:
            rows, risk = mapped(seen, plan, whole, schema, self._key, self._folder, self._progress)
            manifest = self._manifest(reading, schema, rows)
        else:
            grown = regenerated(seen, plan, schema, self._key, self._folder, self._progress)
            manifest = self._manifest(reading, grown.schema, grown.rows)
            manifest = msgspec.structs.replace(manifest, seed=grown.seed)
        derived = {**self._derived, **_provenance(reading, plan, whole, constants)}
        manifest = msgspec.structs.replace(manifest, derived=derived, parts=parts_of(self._folder))
        write_manifest(self._folder, manifest)
        self._progress.step("measuring the world")
        return prove(seen, whole, WorldFolder(self._folder), plan, risk=risk, progress=self._progress)

    def _manifest(self, reading: Reading, schema: Schema, rows: dict[str, int]) -> Manifest:
        plan, now = self._plan, self._clock.date()
        until = now + timedelta(days=plan.expires_days)
        return Manifest(
            kind=plan.kind,
            name=plan.name,
            as_of=reading.as_of,
            made=now.isoformat(timespec="seconds"),
            expires=until.isoformat(timespec="seconds") if plan.expires_days else "",
            source=self._source.shown,
            schema=schema,
            rows=rows,
            key_id=self._key.id,
            dial={"": str(plan.dial), **{name: str(level) for name, level in plan.dials(schema).items()}},
            agentprobe=version("agentprobe-prod"),
        )

    def sealed(self, proof: Proof, accept: str) -> Manifest:
        """Add what was measured, and what a person signed for."""
        signed = (accept.strip(),) if proof.failing else ()
        manifest = msgspec.structs.replace(
            read_manifest(self._folder), measured=proof.measured, accepted=signed
        )
        write_manifest(self._folder, manifest)
        return manifest


def _provenance(reading: Reading, plan: Plan, whole: Schema, constants: tuple[str, ...]) -> dict[str, Any]:
    """Where the world comes from, and what of its source it does not show."""
    columns = {
        table.name: {column.name: column.native or column.kind for column in table.columns}
        for table in reading.schema.tables
    }
    left_out = [
        f"{table.name}.{column.name}"
        for table in whole.tables
        for column in table.columns
        if column.role in LEFT_OUT and f"{table.name}.{column.name}" not in constants
    ]
    return {
        "columns": columns,
        "plan": plan.digest,
        "schema": digest_of(msgspec.to_builtins(reading.schema)),
        "left_out": left_out,
        "unknown": list(plan.unknown_in(reading.schema)),
        "constant": list(constants),
        "kept": plan.kept,
    }


def _subset(reading: Reading, plan: Plan, progress: Progress) -> Reading:
    most = {
        name: told.rows
        for name, told in plan.tables.items()
        if told.take and told.rows is not None and name in reading.schema.names
    }
    return Subset(reading, most, progress=progress) if most else reading


def _check_place(target: Path, key_file: Path | None) -> None:
    if target.exists() or target.is_symlink():
        raise ConfigError(f"{target} is there already; name a new folder for the snapshot")
    if key_file is not None and _is_within(key_file.resolve(), target.resolve()):
        raise ConfigError(f"the key {key_file} would stand beside the data; keep it outside of {target}")


def _is_within(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _hidden(target: Path, progress: Progress) -> Path:
    """The folder in which the world is made; what an interrupted snapshot left there is removed."""
    for left in target.parent.glob(f".{_globbed(target.name)}.snapshot-*"):
        if not _is_alive(left.name.rpartition("-")[2]):
            progress.step("starting anew: an earlier snapshot was interrupted, and what it left is removed")
            shutil.rmtree(left, ignore_errors=True)
    return target.parent / f".{target.name}.snapshot-{os.getpid()}"


def _globbed(name: str) -> str:
    return "".join(f"[{one}]" if one in "*?[" else one for one in name)


def _is_alive(process: str) -> bool:
    if not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


__all__ = ["MAPPED", "REGENERATED", "SnapshotRefused", "snapshot"]
