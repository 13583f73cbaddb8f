"""Where rooms stand along the corridor."""

from __future__ import annotations

from enum import IntEnum


class Place(IntEnum):
    """The order of rooms, from the agent to the world; nothing else orders them.

    The guard stands outside the injector because chaos must test the guard. The outer recorder sees what
    the agent saw, the inner what the world was asked: their difference is all that the house did.
    """

    AGENT_SIDE = 10
    GUARD = 20
    INJECT = 30
    SHADOW = 40
    WORLD_SIDE = 50
    SOURCE = 60
