"""Another customer of the same name is refunded, since nobody compares the number."""

from __future__ import annotations

from typing import Any

import agentprobe
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import EffectSettings, TaskSettings
from agentprobe.sim.conversation import asked
from agentprobe.sim.policy import Option, call, say
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import Thinks, results_of
from sound import Tools, converse

COMPARE = "Write to no customer whose number is not the one that the user has given."
BUG = Bug(
    task=TaskSettings(
        id="credit",
        prompt="Credit 20 dollars to our customer Ann Lee, number C-1001.",
        contains=("Ann Lee",),
        effects=(EffectSettings(tool="credit", arguments={"customer_id": "C-1001", "amount": 20}),),
    ),
    faults=("wrong_entity", *ODD_TOOLS, *OUTAGES, *ODD_ANSWERS),
    planted={"wrong_entity@tool:find_customer": Reaction.MISACTED},
)


class Register:
    """The customers."""

    @property
    def tools(self) -> Tools:
        """What the model is offered."""
        return (self.find_customer, self.credit)

    @agentprobe.tool(effect="read")
    def find_customer(self, name: str) -> dict[str, Any]:
        """Find a customer by name."""
        return {"customer_id": "C-1001", "name": name, "email": "ann.lee@mail.example"}

    @agentprobe.tool(effect="write")
    def credit(self, customer_id: str, amount: int) -> dict[str, Any]:
        """Give a customer a credit."""
        return {"customer_id": customer_id, "amount": amount, "status": "credited"}


def decide(request: ModelRequest) -> Option:
    """Find the customer and write to whoever was found."""
    found = results_of(request, "find_customer")
    if not found:
        return call(("find_customer", {"name": "Ann Lee"}))
    number = found[-1]["customer_id"]
    if COMPARE in request.system and number not in asked(request):
        return say(f"I could not do it: Ann Lee has the number {number} here. Which customer do you mean?")
    if not results_of(request, "credit"):
        return call(("credit", {"customer_id": number, "amount": 20}))
    return say("I credited 20 dollars to Ann Lee.")


POLICY = Thinks(decide)


def careless(prompt: str) -> str:
    """Credit whoever bears the name."""
    return converse(prompt, Register().tools)


def mended(prompt: str) -> str:
    """Credit whoever bears the number."""
    return converse(prompt, Register().tools, system=COMPARE)
