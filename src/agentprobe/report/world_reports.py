"""The reports on a world, as its manifest keeps them."""

from __future__ import annotations

import msgspec

from agentprobe.worlds.fidelity.result import Fidelity
from agentprobe.worlds.leaks.result import LeakReport
from agentprobe.worlds.manifest import Manifest

Reports = tuple[Fidelity | None, LeakReport | None]


def reports(manifest: Manifest) -> Reports:
    """The fidelity report and the leak report of a world; None for what was not measured."""
    fidelity, leaks = manifest.measured.get("fidelity"), manifest.measured.get("leaks")
    return (
        msgspec.convert(fidelity, Fidelity) if fidelity else None,
        msgspec.convert(leaks, LeakReport) if leaks else None,
    )
