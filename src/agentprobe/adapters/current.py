"""Which session a call belongs to."""

from __future__ import annotations

import os
import threading

from agentprobe.adapters import watch
from agentprobe.adapters.active import Active, here, under_way
from agentprobe.adapters.orders import VARIABLE, Orders
from agentprobe.errors import AgentProbeError

_joined: tuple[str, Active] | None = None
_lock = threading.Lock()


def current() -> Active | None:
    """The session of this thread or task; None outside of all.

    A thread that inherited no context belongs to the one session that is under way in the process; where
    there are several it belongs to none. A process that was started for a session joins it at first use.
    """
    found = here.get()
    if found is not None:
        return found
    if others := tuple(under_way):  # a copy: another thread may be leaving its session at this moment
        return others[0] if len(others) == 1 else None
    return _from_environment()


def led_session(library: str) -> Active | None:
    """The same for a hook that stands in the agent's way: it says in the trace why there is no session."""
    try:
        return current()
    except AgentProbeError as error:
        if not watch.is_on():
            raise
        watch.attached(library, why=str(error))
        return None


def _from_environment() -> Active | None:
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    known = _joined
    return known[1] if known is not None and known[0] == text else _join(text)


def _join(text: str) -> Active:
    global _joined
    with _lock:
        if _joined is None or _joined[0] != text:
            _joined = text, Orders.from_json(text).open(joined=True)
        return _joined[1]
