"""The process of an agent that is described by a file: `python -m agentprobe.cli.configured FILE PROMPT`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from agentprobe.basis.clock import RealClock
from agentprobe.config.agent_file import ENVIRONMENT, built, load_agent
from agentprobe.errors import AgentProbeError, WorldFailure


def main(words: list[str]) -> int:
    """Ask the agent once and print its answer; 1 when it has none, 2 when the file cannot be meant."""
    file, prompt = words
    path = Path(file)
    try:
        described = load_agent(path, os.environ.get(ENVIRONMENT, ""))
        agent = built(described, path.absolute().parent, os.environ, RealClock())
    except AgentProbeError as error:
        return _said(error, 2)
    try:
        print(agent.answer(prompt))
    except (AgentProbeError, WorldFailure) as error:
        return _said(error, 1)
    return 0


def _said(error: Exception, code: int) -> int:
    print(f"{type(error).__name__}: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
