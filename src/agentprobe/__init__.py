"""agentprobe: from works-in-dev to proven-for-production."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in typing, whose import would be the dearest part of ours
__all__ = ["session", "state", "tool", "unchanged"]

_HOMES = {
    "session": "agentprobe.adapters.session",
    "state": "agentprobe.adapters.state",
    "tool": "agentprobe.adapters.tools",
    "unchanged": "agentprobe.adapters.asked",
}

if TYPE_CHECKING:
    from agentprobe.adapters.asked import unchanged
    from agentprobe.adapters.session import session
    from agentprobe.adapters.state import state
    from agentprobe.adapters.tools import tool
else:

    def __getattr__(name: str) -> object:
        """Import what is asked for, and only that: a program that never uses it pays nothing."""
        if name not in _HOMES:
            raise AttributeError(f"module 'agentprobe' has no attribute '{name}'")
        return getattr(import_module(_HOMES[name]), name)
