"""Effective behaviour: what holds for each call of a model after wrappers, settings and defaults."""

from agentprobe.scan.effective.calls import effective_calls
from agentprobe.scan.effective.resolved import Effective, Outer, Resolved, Worst

__all__ = ["Effective", "Outer", "Resolved", "Worst", "effective_calls"]
