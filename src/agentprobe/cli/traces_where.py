"""Which traces `agentprobe traces` means: those of a folder, or those of a project in a team's store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from agentprobe.adapters.team.address import Address
from agentprobe.adapters.team.store import TeamStore
from agentprobe.errors import ConfigError, TraceError, did_you_mean
from agentprobe.report.trace_words import plain
from agentprobe.trace.read import read_trace
from agentprobe.trace.store.folder import TraceFolder
from agentprobe.trace.store.found import Traces
from agentprobe.trace.view import Trace

MANY = 200
"""Of fewer traces no progress is told."""


@dataclass(frozen=True, kw_only=True)
class Where:
    """What the command line and the environment say about where the traces are."""

    folder: Path
    folder_said: bool
    """Is the folder named on the command line?"""
    store: str = field(repr=False)
    store_said: bool
    """Is the store named on the command line, rather than by the variable?"""
    project: str | None = None

    @property
    def project_name(self) -> str:
        """The project that is named, or else the one that the folder belongs to."""
        if self.project:
            return self.project
        parts = list(self.folder.resolve().parts)
        while len(parts) > 2 and parts[-1] in ("traces", ".agentprobe"):
            parts.pop()
        return parts[-1]

    @property
    def is_team(self) -> bool:
        """Do questions go to the store? A folder on the command line outdoes a store in the environment."""
        return bool(self.store) and (self.store_said or not self.folder_said)

    @contextmanager
    def opened(self) -> Iterator[Traces]:
        """The traces, wherever they are."""
        if self.is_team:
            with self.team() as store:
                yield store
        else:
            with self.here() as traces:
                yield traces

    @contextmanager
    def team(self, to: str = "", *, make: bool = False) -> Iterator[TeamStore]:
        """The project's traces in the store."""
        if not (to or self.store):
            raise ConfigError("name the store, with --store or by the variable AGENTPROBE_STORE")
        with TeamStore.opened(Address.of(to or self.store), self.project_name, make=make) as store:
            yield store

    @contextmanager
    def here(self) -> Iterator[TraceFolder]:
        """The folder with its index up to date; what cannot be read is said."""
        if not self.folder.is_dir():
            raise ConfigError(
                f"there is no folder {self.folder}; record a run with `agentprobe trace`, or name --folder"
            )
        traces = TraceFolder(self.folder)
        try:
            for why in traces.refresh(progress("reading")).unreadable:
                click.echo(f"agentprobe: {why}", err=True)
            yield traces
        finally:
            traces.close()


def progress(doing: str) -> Callable[[int, int], None]:
    """Tells a person at a terminal how far it is, and nobody else."""

    def tell(done: int, of: int) -> None:
        if of > MANY and sys.stderr.isatty():
            click.echo(f"\r{doing} traces: {done:,} of {of:,}", err=True, nl=done == of)

    return tell


def traces_in(folder: Path) -> Iterator[Trace]:
    """Every trace in a folder and its folders; what cannot be read is said and passed over."""
    files = sorted(folder.rglob("*.jsonl")) if folder.is_dir() else [folder]
    if not files:
        raise ConfigError(f"there is no trace in {folder}; record runs with `agentprobe trace`")
    for path in files:
        try:
            yield read_trace(path)
        except TraceError as error:
            click.echo(f"agentprobe: {error}", err=True)


def named(traces: Traces, name: str) -> str:
    """The path of the session that is named, by the beginning of its name or by its file.

    Of sessions with the very same name the newest is meant. Raises ConfigError when there is none, or when it
    is not clear which.
    """
    found = traces.called(name)
    if not found:
        raise ConfigError(f"no session '{name}'{did_you_mean(name, traces.names())}")
    by_file = [path for _, path in found if path == name]
    by_name = [path for session, path in found if session == name]
    if exact := by_file or by_name:
        return exact[0]
    if len(found) > 1:
        told = ", ".join(plain(session) for session, _ in found[:5])
        raise ConfigError(f"'{name}' begins the names of {len(found)} sessions: {told}; write more of it")
    return found[0][1]
