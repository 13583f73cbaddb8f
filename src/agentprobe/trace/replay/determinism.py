"""How deterministic an agent is: the same recorded answers, several times, and how often it did the same."""

from __future__ import annotations

from dataclasses import dataclass

from agentprobe.trace.replay.compare import Repetition


@dataclass(frozen=True)
class Determinism:
    """The score of several runs again, each beside the recording."""

    runs: tuple[Repetition, ...]

    @property
    def exact(self) -> int:
        """Runs in which every call asked the same, and the end was the same."""
        return sum(run.exact for run in self.runs)

    @property
    def close(self) -> int:
        """Runs with at least 99 % of the tokens, of the final answer as of all, that ended alike."""
        return sum(run.close for run in self.runs)

    @property
    def lowest(self) -> float:
        """The smallest share of tokens that a run had in common with the recording."""
        return min((run.tokens.rate for run in self.runs), default=1.0)

    @property
    def parts_at(self) -> int | None:
        """The first recorded call at which any run went another way; None when none did."""
        return min((run.changed for run in self.runs if run.changed is not None), default=None)
