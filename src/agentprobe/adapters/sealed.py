"""Fail closed: while a session is simulated, no code of this process finds its way to a model provider."""

from __future__ import annotations

import socket
from typing import Any

from agentprobe.adapters.active import here, under_way
from agentprobe.domain.hosts import is_provider

_own = socket.getaddrinfo


def sealed(host: str) -> bool:
    """Is a provider out of reach for whoever asks?

    A thread of which nobody knows the session counts as simulated when any session under way is.
    """
    active = here.get()
    simulated = active.simulated if active is not None else any(a.simulated for a in tuple(under_way))
    return simulated and is_provider(host)


def refusal(host: str, what: str = "") -> str:
    """Why nothing is sent, in a sentence."""
    return f"this session is simulated: nothing is sent to {host}{what}"


def install() -> None:
    """Have the names of providers not resolve in simulated sessions, whichever library asks for them."""
    socket.getaddrinfo = _resolve


def uninstall() -> None:
    """Give name resolution back."""
    socket.getaddrinfo = _own


def _resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if isinstance(name, str) and sealed(name):
        why = "; its HTTP library is none that agentprobe hooks, so run the agent behind the gateway"
        raise socket.gaierror(socket.EAI_FAIL, refusal(name, why))
    return _own(host, *args, **kwargs)
