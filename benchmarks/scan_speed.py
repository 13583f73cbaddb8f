"""How many files a second `agentprobe scan` reads, beside ruff and ast-grep as the limit, and other scanners.

The tree is made of copies of Python source that is installed in this environment, files of agent packages
among it, in a folder of its own that is removed afterwards. Each tool runs as a command of its own, several
times in turn; told are files per second of CPU time (its children's too) and of the clock, the median and
the least and most of the runs, and how many times as fast as each other tool ours is in the middle. A tool
that takes longer than `--longest` seconds is ended; its rate is then at most what is told, which "<" says.
`python benchmarks/scan_speed.py 10000 --times 3`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
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
OURS = "agentprobe scan, all rules"


@dataclass(frozen=True)
class Took:
    """One run."""

    cpu: float
    clock: float
    ended: bool = True
    """Did it come to its end by itself?"""


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


def took(command: Sequence[str], folder: Path, longest: float) -> Took:
    """The time that a command takes, with its children; it is stopped after `longest` seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, stdout=nothing, stderr=nothing, start_new_session=True)
    try:
        process.wait(longest)
        ended = True
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        ended = False
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(cpu, time.perf_counter() - began, ended)


def tools() -> dict[str, list[str]]:
    """The commands that are there, by name."""
    here, peers = Path(sys.executable).parent, HERE / ".venvs/scanpeers/bin"
    known = {
        OURS: [str(here / "agentprobe"), "scan", ".", "--no-cache"],
        "ruff, its default rules": [str(here / "ruff"), "check", "--no-cache", "--isolated", "--quiet", "."],
        "ast-grep, one pattern": [
            str(peers / "ast-grep"),
            "run", "--lang", "python", "--pattern", "$X.chat.completions.create($$$)", ".",
        ],
        "agent-audit": [str(peers / "agent-audit"), "--quiet", "scan", "."],
        "release-gate audit": [str(peers / "release-gate"), "audit", "."],
    }  # fmt: skip
    return {name: command for name, command in known.items() if Path(command[0]).exists()}


def again(folder: Path, times: int) -> list[float]:
    """Seconds until a session knows what a line more at the top of one file changes."""
    session = Session(root=folder, rules=[rule() for rule in RULES], workers=2)
    session.scan()
    agents = [facts.path for facts, _ in session.scan().project.model_calls]
    path = folder / min(agents)
    text = path.read_text()
    found: list[float] = []
    for at in range(times):
        path.write_text("\n" * (at + 1) + text)
        began = time.perf_counter()
        session.scan()
        found.append(time.perf_counter() - began)
    return found


def spread(values: Sequence[float], spelled: Callable[[float], str]) -> str:
    """The median, and the least and most."""
    return f"{spelled(median(values))} ({spelled(min(values))} to {spelled(max(values))})"


def told(files: int, runs: dict[str, list[Took]]) -> None:
    """Print a line for each tool."""
    ours = median(files / one.cpu for one in runs[OURS])
    for tool, results in runs.items():
        rates = [files / one.cpu for one in results]
        before = "" if all(one.ended for one in results) else "< "
        clock = spread([one.clock for one in results], lambda value: f"{value:.1f} s")
        rate = spread(rates, lambda value: f"{value:,.0f}")
        print(
            f"{tool}: {before}{rate} files a CPU second; {clock}; ours is {ours / median(rates):.2f} times it"
        )


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("files", type=int, nargs="?", default=10_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--longest", type=float, default=600, help="seconds after which a tool is ended")
    parser.add_argument("--edited", type=Path, nargs="*", default=[], help="projects to change a file of")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "tree"
        files = tree(folder, given.files)
        print(f"{files} files, {given.times} times each in turn, {os.cpu_count()} cores", flush=True)
        runs: dict[str, list[Took]] = {name: [] for name in tools()}
        for _ in range(given.times):
            for tool, command in tools().items():
                runs[tool].append(took(command, folder, given.longest))
        told(files, runs)
        for project in given.edited:
            copy = Path(name) / project.name
            shutil.copytree(project, copy, symlinks=True)
            seconds = again(copy, max(5, given.times))
            said = spread(seconds, lambda one: f"{one * 1000:.0f} ms")
            print(f"one changed file of {project.name}, in a session: {said}", flush=True)


if __name__ == "__main__":
    main()
