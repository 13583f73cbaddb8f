"""What an analysis is made of: runs, a scan, and what people say of the agent."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentprobe.scan.finding import Finding
from agentprobe.trace.view import Trace


@dataclass(frozen=True, kw_only=True)
class Run:
    """One recorded run, by the name that references to it have."""

    name: str
    trace: Trace

    def call(self, number: int) -> str:
        """How a model call of it is referred to."""
        return f"{self.name}, call {number}"

    @property
    def path(self) -> str:
        """Its file, as it is written in a shell."""
        return shlex.quote(str(self.trace.path))

    @property
    def agent(self) -> str:
        """How the agent was started, as it stands behind a command of ours; empty where nobody knows."""
        words: Any = self.trace.header.agent.get("command")
        if not isinstance(words, list | tuple) or not words:
            return ""
        told = shlex.join(map(str, words))
        return f" -- {told}" if told.isprintable() else ""


@dataclass(frozen=True, kw_only=True)
class ScanSeen:
    """What a scan found."""

    root: str
    findings: tuple[Finding, ...]
    files: int
    models: bool | None = None
    """Does the code call a model? None where the scan does not tell."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """All that was given."""

    runs: tuple[Run, ...] = ()
    scan: ScanSeen | None = None
    architecture: str = ""
    scenario: str = ""

    @property
    def described(self) -> bool:
        """Has somebody said something of the agent?"""
        return bool(self.architecture.strip() or self.scenario.strip())


def named(traces: Sequence[Trace]) -> tuple[Run, ...]:
    """Runs by their files' names; by their paths where two files have the same."""
    names = [trace.path.name for trace in traces]
    return tuple(
        Run(name=name if names.count(name) == 1 else str(Path(trace.path)), trace=trace)
        for name, trace in zip(names, traces, strict=True)
    )
