"""Names, places, organisations, addresses and free text: replaced so that they collide as in production."""

from agentprobe.worlds.sanitise.words.levels import Level
from agentprobe.worlds.sanitise.words.risk import Risk
from agentprobe.worlds.sanitise.words.treatment import Words

__all__ = ["Level", "Risk", "Words"]
