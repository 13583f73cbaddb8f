"""Processes beside the measuring one: started here, asked by lines on their standard input, ended here."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Beside:
    """A process beside this one; `said` is the first line that it printed."""

    process: subprocess.Popen[str]
    said: str = ""

    def ask(self, line: str) -> str:
        """Tell it something and give its answer, one line each."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(line, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"{self.process.args!r} ended when it was told '{line}'")
        return answer

    def cpu(self) -> float:
        """Seconds of CPU time that it and its children have used so far, all threads together."""
        return sum(_cpu(pid) for pid in _family(self.process.pid))


@contextmanager
def beside(
    command: Sequence[str], *, speaks: bool = True, told: Mapping[str, str] | None = None
) -> Iterator[Beside]:
    """Start a process; one that `speaks` prints a line when it is ready and answers lines."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if speaks else subprocess.DEVNULL,
        stderr=None if speaks else subprocess.DEVNULL,
        text=True,
        env={**os.environ, **(told or {})},
    ) as process:
        try:
            said = process.stdout.readline().strip() if process.stdout is not None else ""
            yield Beside(process, said)
        finally:
            process.terminate()


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(grandchild for child in children for grandchild in _family(int(child)))]
