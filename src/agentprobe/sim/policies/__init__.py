"""Policies that come with the house, one a file."""

from __future__ import annotations

from agentprobe.basis.catalogue import Catalogue
from agentprobe.sim.policy import Policy

POLICIES: Catalogue[Policy] = Catalogue(
    "agentprobe.sim.policies",
    Policy,  # type: ignore[type-abstract]  # only its concrete subclasses are ever made
    "policy",
)
