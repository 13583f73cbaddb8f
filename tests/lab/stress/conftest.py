"""The crowd of agents that book orders, and loads of them in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agentprobe.config.load import load_settings
from agentprobe.lab.settings import Experiment
from agentprobe.lab.stress.found import Session, Stressed
from agentprobe.lab.stress.load import Pace
from agentprobe.lab.stress.run import Stress, Wanted
from agentprobe.lab.stress.shape import Shape

CROWD = Path(__file__).parents[2] / "projects" / "crowd"
Loaded = Callable[..., Stressed]


class Quiet:
    """Nobody wants to know how far it is, but it is kept."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []

    def preparing(self, what: str) -> None: ...

    def planned(self, total: int, done: int) -> None: ...

    def ran(self, evidence: object) -> None: ...

    def loading(self, agent: str, shape: Shape) -> None: ...

    def carried(self, session: Session) -> None:
        self.sessions.append(session)


@pytest.fixture
def crowd(tmp_path: Path) -> Experiment:
    """A copy of the project."""
    folder = tmp_path / "crowd"
    shutil.copytree(CROWD, folder, ignore=shutil.ignore_patterns("__pycache__", ".agentprobe"))
    return load_settings(folder / "agentprobe.toml").experiment(folder)


@pytest.fixture
def loaded(crowd: Experiment) -> Loaded:
    """Carries a load of one agent, in this process unless `inline` is False."""

    def load(
        agent: str,
        shape: Shape,
        *,
        model_seconds: float = 0.05,
        inline: bool = True,
        seconds: float | None = None,
        **wanted: Any,
    ) -> Stressed:
        run = crowd.run if seconds is None else msgspec.structs.replace(crowd.run, seconds=seconds)
        asked = Wanted(shape=shape, agent=agent, pace=Pace(first_token=model_seconds), **wanted)
        return Stress(msgspec.structs.replace(crowd, run=run), asked, Quiet(), inline=inline).run()

    return load
