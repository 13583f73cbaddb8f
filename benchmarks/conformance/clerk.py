"""The simulated model of the matrix: it wants order A-1 refunded for 30, and then says that it is done."""

from __future__ import annotations

from collections.abc import Sequence

from agentprobe.domain.model import Message, ModelRequest
from agentprobe.sim.policy import Option, Policy, call, say
from conformance.facts import DONE

ORDER, AMOUNT = "A-1", 30
TRAP = 500
"""What the tool pays back where nobody says how much."""
ANSWER = "Order A-1 is refunded: 30 will be back on the card within three days, and the receipt is R-77."
GIVEN_UP = "The refund could not be made."
MOST_TURNS = 8
"""So often it wishes for the refund before it gives up."""


class Clerk(Policy):
    """Wishes for the refund until it is told that it was made, whatever else it is told."""

    def options(self, request: ModelRequest) -> Sequence[Option]:
        if any(DONE in _told(message) for message in request.messages if message.role != "assistant"):
            ends = any(tool.name == "final_answer" for tool in request.tools)
            return [call(("final_answer", {"answer": ANSWER})) if ends else say(ANSWER)]
        if sum(message.role == "assistant" for message in request.messages) >= MOST_TURNS:
            return [say(GIVEN_UP)]
        return [call(("refund", {"order": ORDER, "amount": AMOUNT}))]


def _told(message: Message) -> str:
    """All that a message tells the model: its text and the results in it."""
    return " ".join([message.text, *(result.content for result in message.results)])
