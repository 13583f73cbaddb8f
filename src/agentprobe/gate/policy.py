"""The policy: what must have been observed, and how good it must be, before an agent may go out."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from agentprobe.domain.evidence import Mode

Share = Annotated[float, Meta(ge=0, le=1)]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of a release."""

    pass_rate: Share = 0.9
    """The share of tasks that must succeed without faults."""
    rows: Annotated[int, Meta(ge=1)] | None = None
    """The density at which it must be proven; lower ones must not fall below it. Default: the highest."""
    agents: tuple[str, ...] = ()
    """The agents that are judged; all when left out."""
    faults_pass_rate: Share | None = None
    """The share of tasks that must succeed under faults; left out, faults are shown and not judged."""
    max_age_days: Annotated[float, Meta(gt=0)] = 30.0
    """Evidence that is older does not count."""
    confidence: Annotated[float, Meta(gt=0, lt=1)] = 0.95
    """How sure a verdict must be."""
    never: tuple[Mode, ...] = (Mode.DUPLICATED_EFFECT,)
    """Failure modes of which one single run closes the gate."""
