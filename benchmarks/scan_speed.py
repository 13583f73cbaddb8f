"""How many files a second `agentprobe scan` reads, beside ruff and ast-grep as the limit.

The tree is made of copies of Python source that is installed in this environment, files of agent packages
among it, in a folder of its own that is removed afterwards. Each tool runs as a command of its own, several
times in turn; told are files per second of CPU time (its children's too) and of the clock, the median and
the least and most of the runs. `python benchmarks/scan_speed.py 10000 --times 3`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from agentprobe.scan.engine import Session
from agentprobe.scan.rule import RULES

HERE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Took:
    """One run."""

    cpu: float
    clock: float


def tree(folder: Path, number: int) -> int:
    """Copy so many installed Python files into a folder; how many there were."""
    home = Path(sysconfig.get_path("purelib"))
    found = [path for path in sorted(home.rglob("*.py")) if 0 < path.stat().st_size < 500_000]
    step = max(1, len(found) / number)
    chosen = [found[int(at * step)] for at in range(min(number, len(found)))]
    for path in chosen:
        target = folder / path.relative_to(home)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return len(chosen)


def took(command: Sequence[str], folder: Path) -> Took:
    """The time that a command takes, with its children."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(cpu, time.perf_counter() - began)


def tools() -> dict[str, list[str]]:
    """The commands that are there, by name."""
    here = Path(sys.executable).parent
    known = {
        "agentprobe scan": [str(here / "agentprobe"), "scan", ".", "--no-cache"],
        "ruff, all its default rules": [str(here / "ruff"), "check", "--no-cache", "--quiet", "."],
        "ast-grep, one pattern": [
            shutil.which("ast-grep", path=f"{HERE}/.venvs/scanpeers/bin:{os.environ['PATH']}") or "",
            "run", "--lang", "python", "--pattern", "$X.chat.completions.create($$$)", ".",
        ],
    }  # fmt: skip
    return {name: command for name, command in known.items() if command[0] and Path(command[0]).exists()}


def again(folder: Path, times: int) -> list[float]:
    """Seconds until a session knows what one changed file changes."""
    session = Session(root=folder, rules=[rule() for rule in RULES], workers=2)
    session.scan()
    path = min(folder.rglob("*.py"), key=lambda one: (one.name != "client.py", str(one)))
    found: list[float] = []
    for at in range(times):
        with path.open("a") as file:
            file.write(f"\n# {at}\n")
        began = time.perf_counter()
        session.scan()
        found.append(time.perf_counter() - began)
    return found


def spread(values: Sequence[float], spelled: Callable[[float], str]) -> str:
    """The median, and the least and most."""
    return f"{spelled(median(values))} ({spelled(min(values))} to {spelled(max(values))})"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("files", type=int, nargs="?", default=10_000)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = tree(folder, given.files)
        print(f"{files} files, {given.times} times each in turn, {os.cpu_count()} cores")
        runs: dict[str, list[Took]] = {name: [] for name in tools()}
        for _ in range(given.times):
            for tool, command in tools().items():
                runs[tool].append(took(command, folder))
        for tool, results in runs.items():
            cpu = spread([files / one.cpu for one in results], lambda value: f"{value:,.0f}")
            clock = spread([one.clock for one in results], lambda value: f"{value:.1f} s")
            print(f"{tool}: {cpu} files a CPU second; {clock}")
        seconds = again(folder, max(5, given.times))
        print(f"one changed file, in a session: {spread(seconds, lambda one: f'{one * 1000:.0f} ms')}")


if __name__ == "__main__":
    main()
