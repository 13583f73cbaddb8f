"""Where database servers are; passwords stay in the process and in its environment, never in a file."""

from __future__ import annotations

import os
from threading import Lock
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from agentprobe.errors import ConfigError

VARIABLE = "AGENTPROBE_WORLD_ADDRESS"
"""Says an address with its password to a process that has not been given it."""
_SCHEMES = ("postgresql", "postgres")
_known: dict[str, str] = {}
_lock = Lock()


def shown(address: str) -> str:
    """An address without its password, to be kept and told."""
    if not address:
        return ""
    parts = _parts(address)
    user, _, place = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    query = "&".join(one for one in parts.query.split("&") if not one.startswith("password="))
    return urlunsplit(parts._replace(netloc=f"{name}@{place}" if name else place, query=query))


def remember(address: str) -> str:
    """Keep an address with its password for this process; gives the one to be shown."""
    told = shown(address)
    if told:
        with _lock:
            _known[told] = address
    return told


def whole(told: str) -> str:
    """The address with its password, where this process or its environment knows it."""
    with _lock:
        if told in _known:
            return _known[told]
    given = os.environ.get(VARIABLE, "")
    return given if given and shown(given) == told else told


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:  # its text repeats the address, and with it the password
        parts = urlsplit("")
    if parts.scheme not in _SCHEMES:
        raise ConfigError(
            "the world's address cannot be read; write postgresql://user:password@host:port/database, "
            f"with {quote('@')} for @, {quote('/', safe='')} for / and {quote(':')} for : in the password"
        )
    return parts
