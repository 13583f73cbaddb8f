"""The shop that pays money back, and campaigns on it in this process, on virtual time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agentprobe.config.load import load_settings
from agentprobe.lab.chaos.found import Campaigned
from agentprobe.lab.chaos.run import Chaos, Chosen
from agentprobe.lab.settings import Experiment
from agentprobe.testing.standing import Quiet

REFUNDS = Path(__file__).parents[2] / "projects" / "refunds"
Hunted = Callable[..., Campaigned]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the project."""
    folder = tmp_path / "shop"
    shutil.copytree(REFUNDS, folder, ignore=shutil.ignore_patterns("__pycache__", ".agentprobe"))
    return folder


@pytest.fixture
def experiment(shop: Path) -> Experiment:
    """Its experiment."""
    return load_settings(shop / "agentprobe.toml").experiment(shop)


@pytest.fixture
def hunted(experiment: Experiment) -> Hunted:
    """Carries out a campaign on one agent; settings of [chaos] may be given, and what is chosen."""

    def hunt(agent: str, chosen: dict[str, Any] | None = None, seed: int = 0, **settings: Any) -> Campaigned:
        changed = msgspec.structs.replace(
            experiment,
            chaos=msgspec.structs.replace(experiment.chaos, **settings),
            run=msgspec.structs.replace(experiment.run, seed=seed),
        )
        return Chaos(changed, Chosen(agents=(agent,), **(chosen or {})), Quiet(), inline=True).run()

    return hunt
