"""The simulated model of the support desk: it reads its instructions, the request and what its tools said.

It is a simulation, not a model; but like one it does what its instructions say and what its tool results
suggest, and nothing else. It never sees the world, and it has no memory: each time it is asked, it goes
through the conversation from the beginning, as a clerk would who reads the file again before the next step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agentprobe.domain.model import ModelRequest
from agentprobe.sim.conversation import done
from agentprobe.sim.policy import Option
from clerk import Clerk
from reading import Manner, Taken, Wish


class SupportDesk:
    """What a model would do with these tools; the system prompt decides how careful it is."""

    def options(self, request: ModelRequest) -> Sequence[Option]:
        """Go through what was done since the user last spoke, and weigh what to do next."""
        said = [place for place, message in enumerate(request.messages) if message.role == "user"]
        words = " ".join(request.messages[place].text for place in said)
        since = replace(request, messages=request.messages[said[-1] if said else 0 :])
        script = Clerk(Wish.read(words), Manner.read(request.system)).script()
        try:
            options: list[Option] = next(script)
            for wish, result in done(since):
                options = script.send(Taken.read(wish.arguments, result.content))
        except StopIteration as end:
            options = end.value
        return options
