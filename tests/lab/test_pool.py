"""Workers have the environment of whoever asks them, also where others have asked before."""

from __future__ import annotations

import os

import pytest

from agentprobe.lab.runners.pool import Pool
from agentprobe.lab.settings import Experiment


def test_workers_have_the_environment_as_it_is_when_their_pool_is_made(
    experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARLIER", "then")
    with Pool(experiment, workers=1) as pool:
        assert pool.do(os.getenv, "EARLIER") == "then"
    monkeypatch.delenv("EARLIER")
    monkeypatch.setenv("LATER", "now")
    with Pool(experiment, workers=1) as pool:
        assert (pool.do(os.getenv, "EARLIER"), pool.do(os.getenv, "LATER")) == (None, "now")
