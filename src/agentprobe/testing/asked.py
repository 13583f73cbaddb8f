"""What a test asks for by its mark `@pytest.mark.agentprobe(…)`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from agentprobe.adapters.active import Answer
from agentprobe.adapters.orders import Orders
from agentprobe.adapters.session import Model
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_policy
from agentprobe.sim.policy import Policy
from agentprobe.trace.replay.room import Replaying


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a test's session is to be; paths are read from the folder of the test's file."""

    replay: str | Path | None = None
    """A recorded trace whose answers take the world's place."""
    near: bool = False
    """Does a request with 99 % of a recorded one's words get that one's answer?"""
    lenient: bool = False
    """May the world answer what was never recorded?"""
    fault: str = ""
    """Faults that strike, as on the command line: `rate_limited@model:1`."""
    model: Any = None
    """Who answers model calls: a policy's name, script file or object, or a model of one's own."""
    seed: int = 0
    virtual: bool = True
    """Does time pass only when somebody sleeps?"""

    @classmethod
    def of(cls, words: Mapping[str, Any], positional: tuple[Any, ...]) -> Asked:
        """Read a mark's arguments; raises ConfigError for one that is not known."""
        known = [field.name for field in fields(cls)]
        if positional:
            raise ConfigError(f"@pytest.mark.agentprobe takes named arguments only: {', '.join(known)}")
        for word in words:
            if word not in known:
                raise ConfigError(f"@pytest.mark.agentprobe has no '{word}'{did_you_mean(word, known)}")
        return cls(**words)

    def recording(self, folder: Path) -> Path | None:
        """Where the recording lies."""
        return folder / self.replay if self.replay is not None else None

    def orders(self, name: str, trace: Path, replay: Path | None) -> Orders:
        """The session's orders; `replay` is None while it is being recorded."""
        replaying = (
            Replaying(trace=replay, near=self.near, lenient=self.lenient) if replay is not None else None
        )
        simulated = self.model is not None
        return Orders(
            id=name,
            seed=self.seed,
            trace=trace,
            schedule=self.fault,
            virtual=self.virtual and (simulated or (replay is not None and not self.lenient)),
            simulated=simulated,
            replay=replaying,
        )

    def answer(self, folder: Path) -> Answer | None:
        """Who answers in the network's place; None for the world."""
        wanted = self.model
        if wanted is None:
            return None
        if isinstance(wanted, str):
            return SimulatedModel(load_policy(wanted, folder), seed=self.seed).pieces
        if isinstance(wanted, Model):
            return wanted.pieces
        made = wanted() if inspect.isclass(wanted) else wanted
        if isinstance(made, Policy):
            return SimulatedModel(made, seed=self.seed).pieces
        if callable(made):
            answer: Answer = made
            return answer
        raise ConfigError(f"model={wanted!r} is neither a policy nor a model; see the guide of sim")
