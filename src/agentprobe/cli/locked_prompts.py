"""What is said behind a run where a project has a lock of its prompts and the run said something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from agentprobe.errors import AgentProbeError, ConfigError
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

if TYPE_CHECKING:
    from agentprobe.lab.book import Book

LOCK = "agentprobe.lock"


def prompts_not_locked(traces: Iterable[Trace], project: Path, file: str = "FILE") -> Text | None:
    """A warning where models were told other prompts than those under lock; None where all is well.

    Without a lock nothing is read, and nothing that reads locks is loaded.
    """
    path = project / LOCK
    if not path.is_file():
        return None
    from agentprobe.report.terminal_prompts import warning
    from agentprobe.scan.prompts.lock import read_lock
    from agentprobe.scan.prompts.said import said_in

    try:
        lock = read_lock(path)
    except ConfigError as error:
        return Text(str(error), style="yellow")
    found = {one.digest: one for trace in traces for one in said_in(lock, trace)}
    return warning(tuple(found.values()), file)


def one_run_an_agent(book: Book) -> Iterator[Trace]:
    """The trace of one undisturbed run of each agent, for a look at what its models are told."""
    seen: set[str] = set()
    for one in book.evidence:
        if one.run.agent in seen or one.run.regime.schedule or not one.trace:
            continue
        path = book.folder / one.trace
        if path.is_file():
            seen.add(one.run.agent)
            try:
                yield read_trace(path)
            except AgentProbeError:
                continue
