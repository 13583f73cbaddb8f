"""An experiment of one agent as it is: a command, with no settings file."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from agentprobe.errors import ConfigError
from agentprobe.lab.settings import (
    FROM_ENVIRONMENT,
    SIMULATED,
    AgentSettings,
    Experiment,
    ModelChoice,
    RunSettings,
    TaskSettings,
)

AGENT, TASK = "agent", "run"
"""What the agent is called, and its task, which undisturbed runs show."""
CAP_SECONDS = 30.0
"""A run that takes longer is ended."""


def experiment_of(
    command: Sequence[str],
    *,
    policy: str = "",
    url: str = "",
    reads: Sequence[str] = (),
    folder: Path | None = None,
) -> Experiment:
    """The experiment; `policy` lets a simulated model answer, `url` says where the model is.

    `reads` are the agent's tools that only read, where their code does not say so.

    Raises ConfigError where both are given.
    """
    if policy and url:
        raise ConfigError("a simulated model and an address name two models; give one")
    model = ModelChoice(at=SIMULATED, policy=policy) if policy else ModelChoice(at=url or FROM_ENVIRONMENT)
    folder = folder or Path.cwd()
    return Experiment(
        project=folder.name,
        folder=folder,
        agents={AGENT: AgentSettings(command=tuple(command), reads=tuple(reads))},
        model=model,
        tasks=(TaskSettings(id=TASK, prompt=shlex.join(command)),),
        run=RunSettings(seconds=CAP_SECONDS),
    )
