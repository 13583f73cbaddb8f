"""To grow a world from a shape: any number of rows, the same for a seed, fewer the beginning of more."""

from __future__ import annotations

from agentprobe.worlds.grow.world import grow

__all__ = ["grow"]
