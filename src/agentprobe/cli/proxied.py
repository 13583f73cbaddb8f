"""What the options of commands say about being a proxy."""

from __future__ import annotations

from agentprobe.errors import ConfigError
from agentprobe.gateway.interception import Interception


def interception(intercept: tuple[str, ...], tunnel: tuple[str, ...], *, proxy: bool) -> Interception | None:
    """What a proxy reads and what it lets pass; None where there is to be none."""
    if not proxy and (intercept or tunnel):
        raise ConfigError("--intercept and --tunnel say what a proxy does; add --proxy")
    return Interception(intercept, tunnel) if proxy else None
