"""What is read after a write is believed, though it is what was read before it."""

from __future__ import annotations

from typing import Any

import agentprobe
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import EffectSettings, TaskSettings
from agentprobe.sim.policy import Option, call, say
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import Thinks, results_of
from sound import Tools, converse

FRESH = "A balance has a version: after a deposit it must be higher, or you read it once more."
BUG = Bug(
    task=TaskSettings(
        id="deposit",
        prompt="Put 50 dollars into account K-9 and tell its new balance.",
        contains=("150",),
        effects=(EffectSettings(tool="deposit", arguments={"account_id": "K-9", "amount": 50}),),
    ),
    faults=("stale_result", *ODD_TOOLS, *OUTAGES, *ODD_ANSWERS),
    planted={"stale_result@tool:balance": Reaction.LIED},
)
READ = call(("balance", {"account_id": "K-9"}))


class Bank:
    """The account of one run."""

    def __init__(self) -> None:
        self.held, self.version = 100, 1

    @property
    def tools(self) -> Tools:
        """What the model is offered."""
        return (self.balance, self.deposit)

    @agentprobe.tool(effect="read")
    def balance(self, account_id: str) -> dict[str, Any]:
        """Tell what is in an account."""
        return {"account_id": account_id, "balance": self.held, "version": self.version}

    @agentprobe.tool(effect="write")
    def deposit(self, account_id: str, amount: int) -> dict[str, Any]:
        """Put money into an account."""
        self.held, self.version = self.held + amount, self.version + 1
        return {"account_id": account_id, "status": "done"}


def decide(request: ModelRequest) -> Option:
    """Read, write, read again, and say what was read."""
    read, written = results_of(request, "balance"), results_of(request, "deposit")
    if not read:
        return READ
    if not written:
        return call(("deposit", {"account_id": "K-9", "amount": 50}))
    if len(read) == 1:
        return READ
    if FRESH in request.system and read[-1]["version"] <= read[0]["version"]:
        return READ if len(read) < 3 else say("I could not read the new balance.")
    return say(f"I put 50 dollars into account K-9; its balance is {read[-1]['balance']}.")


POLICY = Thinks(decide)


def careless(prompt: str) -> str:
    """Say what was read last."""
    return converse(prompt, Bank().tools)


def mended(prompt: str) -> str:
    """Say what was read last, if it is of after the write."""
    return converse(prompt, Bank().tools, system=FRESH)
