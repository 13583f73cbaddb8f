"""What the agent may no longer see is taken for what is not there."""

from __future__ import annotations

from typing import Any

import agentprobe
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings
from agentprobe.sim.policy import Option, call, say
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import Thinks, results_of
from sound import Tools, Wish, carried_out, converse, fields

BUG = Bug(
    task=TaskSettings(id="debt", prompt="What does customer C-7 owe?", contains=("120",)),
    faults=("permission_downgraded", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"permission_downgraded@tool:account": Reaction.LIED},
)


class Books:
    """Who owes what."""

    @property
    def tools(self) -> Tools:
        """What the model is offered."""
        return (self.account,)

    @agentprobe.tool(effect="read")
    def account(self, customer_id: str) -> dict[str, Any]:
        """Show a customer's account."""
        return {"customer_id": customer_id, "name": "Ann Lee", "amount_due": 120}


def decide(request: ModelRequest) -> Option:
    """Look up the account and tell what is due."""
    found = results_of(request, "account")
    if not found:
        return call(("account", {"customer_id": "C-7"}))
    due = found[-1].get("amount_due")
    return say(f"Customer C-7 owes {due} dollars." if due else "Customer C-7 owes nothing.")


POLICY = Thinks(decide)


def careless(prompt: str) -> str:
    """Tell what is due."""
    return converse(prompt, Books().tools)


def mended(prompt: str) -> str:
    """Tell what is due, if the account says it."""
    return converse(prompt, Books().tools, carry=complete)


def complete(wish: Wish, tools: Tools) -> Any:
    """An account with all that belongs to it."""
    return fields(carried_out(wish, tools), customer_id=str, name=str, amount_due=int)
