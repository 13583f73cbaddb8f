"""Which requests of an HTTP library are led through the corridor, and which pass it by."""

from __future__ import annotations

from functools import lru_cache

from agentprobe.adapters import sealed, watch
from agentprobe.adapters.active import Active
from agentprobe.adapters.current import led_session
from agentprobe.dialects import Dialect, dialect_for
from agentprobe.domain.hosts import is_provider
from agentprobe.splice.fetched import withheld

_dialect_for = lru_cache(maxsize=1024)(dialect_for)
Found = tuple[Active, Dialect]


def concerned(
    library: str, method: str, host: str, port: int, target: str, *, heeds_variables: bool = True
) -> Found | None:
    """The session and the dialect of a request that must walk the corridor; None for one that must not.

    Nothing is led twice: not below another library's hook, and not on its way to the gateway, which records
    it, also as the proxy of every client that `heeds_variables`. What passes is told to the connection watch.
    """
    if watch.is_led() or watch.is_door(host, port) or (heeds_variables and watch.has_proxy()):
        return None
    active = led_session(library)
    if active is not None and active.joined and not active.orders.door:
        return None
    dialect = _dialect_for(method, target)
    found = (active, dialect) if active is not None and dialect is not None else None
    path = target.partition("?")[0]
    watch.sent(host, port, library, seen=found is not None, path=path)
    return found


def refused(library: str, method: str, host: str, port: int, target: str) -> str:
    """Why a request that is not led through the corridor may not pass it by either; empty where it may."""
    if sealed.sealed(host):
        return sealed.refusal(host)
    if watch.is_led() or watch.is_door(host, port):
        return ""  # the gateway itself says no
    active = led_session(library)
    if active is None or not active.orders.suppress:
        return ""
    return withheld(active.session, method, target, of_models=is_provider(host))
