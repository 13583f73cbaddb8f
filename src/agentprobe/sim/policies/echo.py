"""The simplest policy: say back what was said."""

from __future__ import annotations

from collections.abc import Sequence

from agentprobe.domain.model import ModelRequest
from agentprobe.sim.conversation import asked
from agentprobe.sim.policy import Option, Policy, say


class Echo(Policy):
    """Answers with the user's last words and calls no tool."""

    def options(self, request: ModelRequest) -> Sequence[Option]:
        return [say(asked(request))]
