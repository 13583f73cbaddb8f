"""The tiny project: a whole agent under test in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agentprobe.config.load import load_settings
from agentprobe.lab.settings import Experiment

TINY = Path(__file__).parents[1] / "projects" / "tiny"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny project."""
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns("__pycache__", ".agentprobe", "*.log"))
    return folder


@pytest.fixture
def experiment(tiny: Path) -> Experiment:
    """The tiny project's experiment."""
    return load_settings(tiny / "agentprobe.toml").experiment(tiny)
