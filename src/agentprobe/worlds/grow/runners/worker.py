"""A process that makes parts: told of one job a line, it answers each with a line.

A process of its own, not one of `multiprocessing`: that would run the caller's script again in every worker.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from agentprobe.errors import AgentProbeError
from agentprobe.worlds.grow.runners.job import Job, make


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a job."""

    rows: int = 0
    refused: str = ""
    """What the user can mend, if anything was wrong."""


def main(order: str, folder: str) -> None:
    """Make parts of the order that a file holds until nobody asks for more."""
    raw = Path(order).read_bytes()
    for line in sys.stdin.buffer:
        try:
            answer = Answer(rows=make(raw, msgspec.json.decode(line, type=Job), Path(folder)))
        except AgentProbeError as error:
            answer = Answer(refused=str(error))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()
