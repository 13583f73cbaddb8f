"""Addresses on a command line: said as they are, or as the variable that holds them."""

from __future__ import annotations

import os

from agentprobe.errors import ConfigError

VARIABLE = "env:"


def told(address: str, option: str) -> str:
    """The address; of `env:NAME` what the variable holds. Raises ConfigError where it is not set."""
    if not address.startswith(VARIABLE):
        return address
    name = address.removeprefix(VARIABLE)
    if name not in os.environ:
        raise ConfigError(f"{option} names the variable {name}, which is not set")
    return os.environ[name]
