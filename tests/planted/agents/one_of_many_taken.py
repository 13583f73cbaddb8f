"""A search finds several, and one of them is taken."""

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

ASK_BACK = "Where a search finds several, ask the user which one is meant."
BUG = Bug(
    task=TaskSettings(
        id="close",
        prompt="Close the account of Ann Lee.",
        contains=("Ann Lee",),
        effects=(EffectSettings(tool="close_account", arguments={"account_id": "K-2001"}),),
    ),
    faults=("near_duplicate", "many_for_one", *ODD_TOOLS, *OUTAGES, *ODD_ANSWERS),
    planted={
        "near_duplicate@tool:find_accounts": Reaction.MISACTED,
        "many_for_one@tool:find_accounts": Reaction.MISACTED,
    },
)


class Accounts:
    """The accounts."""

    @property
    def tools(self) -> Tools:
        """What the model is offered."""
        return (self.find_accounts, self.close_account)

    @agentprobe.tool(effect="read")
    def find_accounts(self, name: str) -> dict[str, Any]:
        """Find accounts by the owner's name, the oldest first."""
        return {"accounts": [{"account_id": "K-2001", "name": name, "balance": 12}]}

    @agentprobe.tool(effect="write")
    def close_account(self, account_id: str) -> dict[str, Any]:
        """Close an account for good."""
        return {"account_id": account_id, "status": "closed"}


def decide(request: ModelRequest) -> Option:
    """Find the account, and close the newest of those that were found."""
    found = results_of(request, "find_accounts")
    if not found:
        return call(("find_accounts", {"name": "Ann Lee"}))
    accounts = found[-1]["accounts"]
    if ASK_BACK in request.system and len(accounts) != 1:
        return say(f"There are {len(accounts)} accounts of that name. Which one do you mean?")
    if not results_of(request, "close_account"):
        return call(("close_account", {"account_id": accounts[-1]["account_id"]}))
    return say("I closed the account of Ann Lee.")


POLICY = Thinks(decide)


def careless(prompt: str) -> str:
    """Close one of them."""
    return converse(prompt, Accounts().tools)


def mended(prompt: str) -> str:
    """Close the only one, or ask."""
    return converse(prompt, Accounts().tools, system=ASK_BACK)
