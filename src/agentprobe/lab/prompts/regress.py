"""Runs both versions of a project's prompts on the same tasks, worlds and seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from agentprobe.basis.canonical import digest
from agentprobe.domain.evidence import Evidence
from agentprobe.errors import AgentProbeError, ConfigError, did_you_mean
from agentprobe.lab.book import Book
from agentprobe.lab.grid import Selection
from agentprobe.lab.prompts.placing import copy_of, place
from agentprobe.lab.prompts.shift import Shift, shift
from agentprobe.lab.prompts.versions import Version, version
from agentprobe.lab.run import Campaign, Progress
from agentprobe.lab.settings import Experiment
from agentprobe.trace.read import read_trace

_LOOKED_AT = 12
"""So many traces of a side are read to see what its models were told."""


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A prompt that the versions have otherwise."""

    id: str
    old: str
    """Its digest."""
    new: str


@dataclass(frozen=True, kw_only=True)
class Regression:
    """What a change of prompts does."""

    changed: tuple[Changed, ...]
    shift: Shift
    control: Shift | None = None
    """The old version against itself: how much differs with no change at all."""
    seen: bool = True
    """Were models told other things on the two sides?"""


class Regress:
    """A comparison under way, in a temporary folder of its own."""

    def __init__(self, experiment: Experiment, folder: Path, *, progress: Progress, workers: int = 0) -> None:
        self._experiment = experiment
        self._folder = folder
        self._progress = progress
        self._workers = workers

    def compare(
        self,
        names: tuple[str, str],
        chosen: Selection,
        *,
        prompt: str | None = None,
        control: bool = False,
        exact: bool = False,
    ) -> Regression:
        """Compare two versions; raises ConfigError where they have the same prompts."""
        project = self._experiment.folder.resolve()
        with ExitStack() as stack:
            old, new = (stack.enter_context(version(name, project, prompt)) for name in names)
            changed = _changed(old, new, prompt)
            sides = {"old": old, "new": new, **({"control": old} if control else {})}
            for name, its in sides.items():
                self._lay_out(name, its, changed, project)
        books = {name: self._ran(name, chosen) for name in sides}
        told = {name: _told(*its) for name, its in books.items()}
        evidence = {name: its[1] for name, its in books.items()}
        again = shift(evidence["old"], evidence["control"], exact=exact) if control else None
        return Regression(
            changed=changed,
            shift=shift(evidence["old"], evidence["new"], exact=exact),
            control=again,
            seen=told["old"] != told["new"],
        )

    def _lay_out(self, name: str, its: Version, changed: Sequence[Changed], project: Path) -> None:
        side = copy_of(project, self._folder / name)
        for one in changed:
            place(its, one.id, side)

    def _ran(self, name: str, chosen: Selection) -> tuple[Book, tuple[Evidence, ...]]:
        side = msgspec.structs.replace(self._experiment, folder=self._folder / name)
        self._progress.preparing(f"the side with the {name} prompts")
        with Campaign(side, workers=self._workers, progress=self._progress) as lab:
            lab.prepare(chosen)
            return lab.run(), lab.evidence


def _changed(old: Version, new: Version, prompt: str | None) -> tuple[Changed, ...]:
    """The prompts that both versions have, with other texts."""
    common = old.texts.keys() & new.texts.keys()
    if prompt is not None and prompt not in common:
        known = sorted(old.texts.keys() | new.texts.keys())
        raise ConfigError(f"'{prompt}' is not in both versions{did_you_mean(prompt, known)}")
    wanted = [prompt] if prompt is not None else sorted(common)
    found = tuple(
        Changed(id=one, old=digest(old.texts[one]), new=digest(new.texts[one]))
        for one in wanted
        if old.texts[one] != new.texts[one]
    )
    if not found:
        raise ConfigError(
            f"the prompts of {old.name} and {new.name} are the same: there is nothing to compare"
        )
    return found


def _told(book: Book, evidence: Iterable[Evidence]) -> frozenset[str]:
    """The digests of what models were told on a side, from some of its traces."""
    paths = (book.folder / one.trace for one in evidence if one.trace)
    found: set[str] = set()
    for path in islice((path for path in paths if path.exists()), _LOOKED_AT):
        try:
            calls = read_trace(path).logical_calls
        except AgentProbeError:
            continue
        prompts = [call.first.prompt for call in calls[:1] if call.first.prompt is not None]
        found.update(one.system or one.messages for one in prompts)
    return frozenset(found)
