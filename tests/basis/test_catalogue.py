from __future__ import annotations

import pytest

from agentprobe.chaos.fault import FAULTS
from agentprobe.chaos.faults import latency
from agentprobe.errors import ConfigError


def test_an_entry_is_found_by_the_name_of_its_file() -> None:
    assert FAULTS.get("latency") is latency.Latency


def test_an_unknown_entry_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        ConfigError, match=r"unknown fault 'laetncy' in chaos\.toml; did you mean 'latency'\?"
    ):
        FAULTS.get("laetncy", where="chaos.toml")


def test_every_entry_of_the_catalogue_loads() -> None:
    assert len(list(FAULTS)) == len(FAULTS.names())
