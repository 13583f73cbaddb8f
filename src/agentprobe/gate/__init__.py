"""Policy and evidence give a verdict, with reasons."""

from agentprobe.gate.judge import judge
from agentprobe.gate.policy import Policy

__all__ = ["Policy", "judge"]
