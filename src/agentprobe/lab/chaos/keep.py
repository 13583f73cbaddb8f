"""What of a finding is kept: its schedule as a file, a trace, and a test that fails until it is mended."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agentprobe.basis.files import write_whole
from agentprobe.chaos.schedule import Schedule
from agentprobe.lab.chaos.found import Minimal
from agentprobe.lab.chaos.hunt import Hunt

if TYPE_CHECKING:
    from agentprobe.lab.chaos.run import Chaos

FOLDER = "findings"


def kept(chaos: Chaos, hunt: Hunt, found: Minimal, *, traced: bool = True) -> Minimal:
    """Write a finding's files, and say where they are."""
    folder = chaos.results / FOLDER / found.name
    write_whole(folder / "schedule.toml", in_toml(Schedule.parse(found.schedule)))
    write_whole(folder / f"test_{_identifier(found.name)}.py", _test(chaos, found))
    if traced:
        _trace(hunt, found, folder / "trace.jsonl")
    return replace(
        found,
        folder=str(folder.relative_to(chaos.experiment.folder)),
        reproduce=chaos.again(found.agent, found.task, found.schedule),
    )


def _trace(hunt: Hunt, found: Minimal, target: Path) -> None:
    """The failing run once more, with all that it did; the same seed gives the same run."""
    shot = hunt.subject.shot(found.shown.run.regime.schedule, found.shown.run.repetition, traced=True)
    if not shot.job.trace.exists():
        list(hunt.gallery.shoot([shot]))
    if shot.job.trace.exists():
        shutil.copyfile(shot.job.trace, target)


def in_toml(schedule: Schedule) -> str:
    """A schedule as a file that a person reads: three lines a fault."""
    tables = []
    for table in schedule.to_data()["strike"]:
        lines = [f"{key} = {_value(value)}" for key, value in table.items()]
        tables.append("\n".join(["[[strike]]", *lines]))
    return "\n\n".join(tables) + "\n"


def _value(value: object) -> str:
    """A value in TOML; what settings hold looks there as in JSON."""
    return json.dumps(value, ensure_ascii=False)


def _test(chaos: Chaos, found: Minimal) -> str:
    return "\n".join(_lines(chaos, found)) + "\n"


def _lines(chaos: Chaos, found: Minimal) -> Iterator[str]:
    shown = found.shown
    what = f"{found.agent} under {found.schedule}: {shown.reaction.value.replace('_', ' ')}"
    yield f'"""Fails until it is mended. {_in_docstring(what)}."""'
    yield ""
    yield "from agentprobe.testing.standing import stands"
    yield ""
    yield ""
    yield f"def test_{_identifier(found.name)}() -> None:"
    if shown.reason:
        yield f"    # seen: {' '.join(shown.reason.split())[:90]}"
    yield "    stands("
    if chaos.chosen.command:
        yield f"        command={list(chaos.chosen.command)!r},"
        if chaos.experiment.model.simulated:
            yield f"        policy={chaos.experiment.model.policy!r},"
        if chaos.chosen.reads:
            yield f"        reads={list(chaos.chosen.reads)!r},"
    else:
        yield f"        config={chaos.chosen.config or 'agentprobe.toml'!r},"
        yield f"        agent={found.agent!r},"
        yield f"        task={found.task!r},"
        if found.rows is not None:
            yield f"        rows={found.rows},"
    yield f"        schedule={found.schedule!r},"
    yield f"        repetition={shown.run.repetition},"
    yield "    )"


def _in_docstring(text: str) -> str:
    return " ".join(text.replace("\\", "/").replace('"', "'").split())


def _identifier(name: str) -> str:
    return re.sub(r"\W+", "_", name)
