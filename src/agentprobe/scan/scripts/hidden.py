"""Handlers of scripts that hide failures of functions which, in other files, ask models."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.scan.project import Project
from agentprobe.scan.scripts.elsewhere import CaughtElsewhere, meant
from agentprobe.scan.scripts.facts import ScriptFacts


def hidden_elsewhere(project: Project) -> Iterator[tuple[ScriptFacts, CaughtElsewhere]]:
    """(the script, its handler), where what may fail comes to a model."""
    known = {path: facts.asks for path, facts in project.scripts.items()}
    for facts in project.scripts.values():
        for one in facts.caught:
            if meant(one.callee, facts.path, known):
                yield facts, one
