"""What a campaign may cost, and who may stop it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentprobe.basis.clock import Clock, RealClock
from agentprobe.errors import ConfigError
from agentprobe.lab.chaos.settings import ChaosSettings
from agentprobe.lab.chaos.shot import Shown

STOP_FILE = "STOP"
"""The file in the campaigns' folder that stops every campaign under way."""
NAMES = ("AGENTPROBE_ENV", "ENVIRONMENT", "APP_ENV", "ENV")
"""The variables by which an environment says which one it is, the most telling first."""


@dataclass
class Budget:
    """Counts what runs cost; `spent` says why no further one may begin, or nothing."""

    settings: ChaosSettings
    folder: Path
    clock: Clock = field(default_factory=RealClock)
    runs: int = 0
    tokens: int = 0
    dollars: float = 0.0
    injections: int = 0

    def __post_init__(self) -> None:
        self._began = self.clock.now()

    @property
    def seconds(self) -> float:
        """How long the campaign has taken."""
        return self.clock.now() - self._began

    @property
    def spent(self) -> str:
        """Which limit is reached, in words; empty where none is."""
        limits = (
            (self.runs, self.settings.runs, "runs"),
            (self.tokens, self.settings.tokens, "tokens"),
            (self.dollars, self.settings.dollars, "dollars"),
            (self.injections, self.settings.injections, "injections"),
            (self.seconds / 60, self.settings.minutes, "minutes"),
        )
        for used, limit, what in limits:
            if limit is not None and used >= limit:
                return f"the budget of {limit:,g} {what} is used up"
        if (self.folder / STOP_FILE).exists():
            return f"{self.folder / STOP_FILE} says to stop; remove it to go on"
        return ""

    def room(self, most: int) -> int:
        """How many runs may still begin, at most so many at once."""
        left = self.settings.runs - self.runs
        return max(min(most, left), 0)

    def charge(self, shown: Shown) -> None:
        """Count a run that was carried out."""
        self.runs += 1
        self.tokens += shown.tokens
        self.dollars += shown.money or 0.0
        self.injections += len(shown.did)


def check_environment(settings: ChaosSettings, environ: Mapping[str, str] = os.environ) -> None:
    """Raise ConfigError where the environment is one in which nothing may be disturbed."""
    name, here = next(((name, environ[name]) for name in NAMES if environ.get(name)), ("", ""))
    if here.lower() in settings.environments:
        return
    allowed = ", ".join(word for word in settings.environments if word)
    raise ConfigError(
        f"{name} says that this is '{here or 'no known environment'}', where nothing may be disturbed; chaos "
        f"is allowed in {allowed} (environments under [chaos] says where)"
    )
