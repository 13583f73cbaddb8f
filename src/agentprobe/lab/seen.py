"""What a run's boundary has shown of it: all that a judge needs of a trace."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentprobe.domain.ledger import EffectLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The proof that a fault struck: its name, and the call and site it struck at."""

    fault: str
    call: str
    site: str
    nth: int = 1
    """The how-manieth call at its site that was."""
    nth_tool: int = 1
    """The how-manieth call of any tool."""

    def __str__(self) -> str:
        return f"{self.fault}@{self.call}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A run as its boundary saw it."""

    model_calls: int = 0
    """HTTP attempts included."""
    tool_calls: tuple[tuple[str, str], ...] = ()
    """Each tool call's name and arguments in their canonical spelling, in order."""
    ledger: EffectLedger = field(default_factory=EffectLedger)
    receipts: tuple[Receipt, ...] = ()
    failures: tuple[str, ...] = ()
    """The messages of errors that reached the agent."""
    cut_text: str | None = None
    """The text of the last model answer, if it was cut at a limit or broke off."""
    provider_failure: str = ""
    """How the last model call failed, if it did and no fault of ours was the cause."""
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the agent's own code ended."""

    answer: str = ""
    raised: str = ""
    """The exception it ended with, `Name: message`; empty when it answered."""
    died: str = ""
    """How its process ended, when it did not come back."""
    overran: float | None = None
    """The limit in real seconds at which it was ended."""
    house_failure: str = ""
    """What failed that is not the agent: the simulated model's policy, a task's check."""
    seconds: float = 0.0
    """How long it took on the run's own clock."""
    killed: bool = False
    """Was its process ended by a kill?"""
    restarts: int = 0
    """How often it was killed and started again."""
