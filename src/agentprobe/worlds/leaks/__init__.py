"""To see whether a world tells anything of the people that its source is about."""

from agentprobe.worlds.leaks.report import leaks
from agentprobe.worlds.leaks.result import Check, LeakReport

__all__ = ["Check", "LeakReport", "leaks"]
