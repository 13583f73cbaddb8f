"""Whether a recorded run stands in for the tool servers."""

from __future__ import annotations

from agentprobe.adapters.active import Active


def replays_all(active: Active) -> bool:
    """Does a recording answer everything, so that no server is needed?"""
    replay = active.orders.replay
    return replay is not None and not replay.lenient and replay.fork is None
