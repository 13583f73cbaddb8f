"""To see whether a world asks the same questions of an agent as its source."""

from agentprobe.worlds.fidelity.bounds import BOUNDS, Bounds
from agentprobe.worlds.fidelity.catalogue import catalogue_for
from agentprobe.worlds.fidelity.compare import compare
from agentprobe.worlds.fidelity.measure import measure
from agentprobe.worlds.fidelity.result import Fidelity, Measured, Query

__all__ = ["BOUNDS", "Bounds", "Fidelity", "Measured", "Query", "catalogue_for", "compare", "measure"]
