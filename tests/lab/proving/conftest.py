"""A desk whose agent has a flaw or was mended, and the proving of what a scan finds in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.lab.proving.desks import AGENT, ASKS

from agentprobe.config.load import load_settings
from agentprobe.lab.chaos.run import Chosen
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.proving.mark import Mark
from agentprobe.lab.proving.prove import prove_findings
from agentprobe.scan.engine import scan
from agentprobe.scan.rule import RULES
from agentprobe.testing.standing import Quiet

POLICY = """
[[turns]]
calls = [{ tool = "refund", arguments = { order = "A-17", amount = 30 } }]

[[turns]]
text = "I refunded 30 for A-17."
"""
SETTINGS = """
[model]
policy = "clerk.toml"

[agents.desk]
call = "desk:run"

[[task]]
id = "refund"
prompt = "Refund 30 for order A-17."
contains = ["A-17", "30"]
effects = [{ tool = "refund", arguments = { order = "A-17", amount = 30 } }]
"""
Proved = Callable[..., Mark]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The project, without its agent."""
    (tmp_path / "clerk.toml").write_text(POLICY)
    (tmp_path / "agentprobe.toml").write_text(SETTINGS)
    return tmp_path


class Interrupting(Quiet):
    """Somebody who presses Ctrl-C when so many runs under faults are done."""

    def __init__(self, after: int | None) -> None:
        self.left = after

    def hunting(self, agent: str, task: str, strikes: int) -> None:
        if self.left == 0:
            raise KeyboardInterrupt

    def shot(self, shown: Shown) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt


@pytest.fixture
def proved(desk: Path) -> Proved:
    """Writes an agent, scans it with one rule, and proves what is found: the mark of the first finding."""

    def go(
        rule: str,
        *,
        client: str = "timeout=20",
        rounds: str = "for _ in range(12):",
        swap: tuple[str, str] = ("", ""),
        extra: str = "",
        code: str = "",
        chosen: Chosen | None = None,
        interrupted_after: int | None = None,
    ) -> Mark:
        written = code or AGENT.format(client=client, ask=ASKS, rounds=rounds).replace(*swap, 1) + extra
        (desk / "desk.py").write_text(written)
        scanned = scan(desk, rules=[RULES.get(rule)()])
        assert scanned.findings, f"{rule} finds nothing"
        experiment = load_settings(desk / "agentprobe.toml").experiment(desk)
        marks = prove_findings(
            scanned.findings,
            scanned.project,
            experiment,
            chosen or Chosen(),
            Interrupting(interrupted_after),
            inline=True,
        )
        return marks[scanned.findings[0]]

    return go
