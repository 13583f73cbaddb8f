"""What a world of production's size costs: ten million customers, a million documents, 100,000 events.

Run: python benchmarks/world_scale.py FOLDER [--customers 10000000] (25 to 45 minutes at full size)

A world is grown from the built-in shape `support`, stands in SQLite with its indexes, its search by meaning
and its calendars, and is asked what an agent's tools ask. Each step runs in a process of its own, of which
CPU time (with its children) and memory (the shares of all its processes, `Pss`, four times a second) are
watched. What is done is not done again when the command is given anew, so it can be interrupted. In the end
FOLDER/world-scale is removed, unless `--keep` is said. It stops where less than 3 GiB of memory are left.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.shapes import found
from agentprobe.worlds.stand import stand
from agentprobe.worlds.stand.standing import read_standing
from world_asked import Answered, answered

CUSTOMERS = 10_000_000
TABLES = "customers,tickets,documents,calendars,events,attendances"
LEAST_LEFT = 3 << 30
SEED = 7
GIB = 1 << 30


class Part(msgspec.Struct, frozen=True):
    """A piece of a step, as its progress tells it."""

    what: str
    seconds: float


class Spent(msgspec.Struct, frozen=True):
    """What a step cost."""

    seconds: float
    cpu: float
    peak: int
    """Bytes of memory, all processes of the step together."""
    load: float
    """Of the machine when the step began."""


class Timed:
    """Progress that keeps the time of each piece of the work."""

    def __init__(self) -> None:
        self._parts: dict[str, float] = {}
        self._now = ("", time.monotonic())
        self._counted = True

    def step(self, what: str, done: int = 0, total: int | None = None) -> None:
        """What is told with a count has just been done; what is told without one begins now."""
        before, _ = self._now
        self._add(what if done and (self._counted or what == before) else before)
        self._now = (what, time.monotonic())
        self._counted = bool(done)

    def parts(self) -> list[Part]:
        """Everything up to now."""
        self._add(self._now[0])
        return [Part(what, seconds) for what, seconds in self._parts.items() if what]

    def _add(self, what: str) -> None:
        self._parts[what] = self._parts.get(what, 0.0) + time.monotonic() - self._now[1]


def watched(command: list[str]) -> Spent:
    """Run a step to its end; SystemExit where it fails or takes memory that others need."""
    began, load = time.monotonic(), os.getloadavg()[0]
    child = subprocess.Popen(command, start_new_session=True)
    peak = 0
    while True:
        done, status, used = os.wait4(child.pid, os.WNOHANG)
        if done:
            break
        peak = max(peak, sum(map(_pss, _family(child.pid))))
        if _left() < LEAST_LEFT:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            raise SystemExit(f"stopped: less than {LEAST_LEFT / GIB:.0f} GiB of memory are left")
        time.sleep(0.25)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[2:]} ended with {child.returncode}")
    return Spent(time.monotonic() - began, used.ru_utime + used.ru_stime, peak, load)


def _family(pid: int) -> list[int]:
    try:
        tasks = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [pid, *(one for task in tasks for child in task for one in _family(int(child)))]


def _pss(pid: int) -> int:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return 0


def _left() -> int:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("MemAvailable")).split()[1]) * 1024


def grown(folder: Path, customers: int, tables: str) -> None:
    """The first step."""
    progress = Timed()
    shape = found("support", Path())
    grow(shape, customers, SEED, folder / "world", tables=tables.split(","), progress=progress, workers=2)
    _keep(folder / "grow.parts", progress.parts())


def stood(folder: Path, indexes: str) -> None:
    """The second step."""
    progress = Timed()
    stand(WorldFolder(folder / "world"), "sqlite", folder / "standing", indexes=indexes, progress=progress)
    _keep(folder / "stand.parts", progress.parts())


def asked(folder: Path, queries: int) -> None:
    """The third step."""
    _keep(folder / "ask.answers", answered(folder / "world", folder / "standing", folder / "run", queries))


def _keep(path: Path, told: object) -> None:
    path.write_bytes(msgspec.json.encode(told))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--tables", default=TABLES)
    parser.add_argument("--indexes", default="all", help="as `stand` takes it; `all` has parts of words")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--step", choices=["grow", "stand", "ask"], help=argparse.SUPPRESS)
    told = parser.parse_args()
    folder = told.folder / "world-scale"
    if told.step:
        {
            "grow": lambda: grown(folder, told.customers, told.tables),
            "stand": lambda: stood(folder, told.indexes),
            "ask": lambda: asked(folder, told.queries),
        }[told.step]()
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    spent = {name: _step(folder, name) for name in ("grow", "stand", "ask")}
    _print(folder, spent)
    if not told.keep:
        shutil.rmtree(folder)


def _step(folder: Path, name: str) -> Spent:
    """Do a step, or tell what it cost when it was done."""
    path = folder / f"{name}.spent"
    if not path.exists():
        command = [sys.executable, *sys.argv, "--step", name]
        _keep(path.with_suffix(".new"), watched(command))
        path.with_suffix(".new").rename(path)
    return msgspec.json.decode(path.read_bytes(), type=Spent)


def _print(folder: Path, spent: dict[str, Spent]) -> None:
    world, standing = WorldFolder(folder / "world"), read_standing(folder / "standing")
    told = ", ".join(f"{rows:,} {name}" for name, rows in world.manifest.rows.items())
    print(f"{told}; CPUs {os.cpu_count()}\n")
    print(f"{'':34}{'wall s':>8}{'CPU s':>8}{'peak GiB':>10}{'load':>6}")
    for name, one in spent.items():
        print(f"{name:34}{one.seconds:8.0f}{one.cpu:8.0f}{one.peak / GIB:10.2f}{one.load:6.1f}")
        path = folder / f"{name}.parts"
        for part in msgspec.json.decode(path.read_bytes(), type=list[Part]) if path.exists() else ():
            print(f"  {part.what:32}{part.seconds:8.0f}")
    sizes = {
        "world, Parquet": sum(part.bytes for part in world.manifest.parts),
        "SQLite with indexes": (folder / "standing" / "world.sqlite").stat().st_size,
        "search by meaning": sum((folder / "standing" / one.file).stat().st_size for one in standing.vectors),
    }
    for name, size in sizes.items():
        print(f"{name:34}{size / GIB:8.2f} GiB")
    print(f"{'calendars':34}{standing.calendars:8,} .ics files; {'; '.join(standing.notes)}")
    answers = msgspec.json.decode((folder / "ask.answers").read_bytes(), type=list[Answered])
    print(f"\n{'':42}{'p50 ms':>9}{'p95 ms':>9}{'found, p50':>12}{'p95':>11}")
    for answer in answers:
        rows = f"{answer.found:12,.0f}{answer.most:11,.0f}" if answer.found is not None else f"{'':23}"
        print(f"{answer.what:42}{answer.p50:9.2f}{answer.p95:9.2f}{rows}  {answer.note}".rstrip())


if __name__ == "__main__":
    main()
