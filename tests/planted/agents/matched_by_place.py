"""Results of parallel calls are matched by their place in the conversation instead of their ids."""

from __future__ import annotations

from agentprobe.domain.model import ModelRequest
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings
from agentprobe.sim.conversation import done
from agentprobe.sim.policy import Option, call, say
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import BOTH, Desk, Thinks, as_data
from sound import converse

BY_ID = "Match each result to its call by the id of the call."
BUG = Bug(
    task=TaskSettings(
        id="compare", prompt="What do orders A-1 and A-2 cost?", matches=r"A-1 costs 30\b.*A-2 costs 45\b"
    ),
    faults=("results_reordered", "duplicate_call_ids", *ODD_TOOLS, *OUTAGES, *ODD_ANSWERS),
    planted={"results_reordered@model": Reaction.LIED},
)


def decide(request: ModelRequest) -> Option:
    """Look both up at once, then say what they cost."""
    told = done(request)
    if not told:
        return call(*BOTH)
    costs = [as_data(result.content)["amount"] for _, result in told]
    asked = [as_data(wish.arguments)["order_id"] for wish, _ in told]
    of = dict(zip(asked if BY_ID in request.system else ("A-1", "A-2"), costs, strict=False))
    return say(f"A-1 costs {of.get('A-1', 'nothing')}, and A-2 costs {of.get('A-2', 'nothing')}.")


POLICY = Thinks(decide)


def careless(prompt: str) -> str:
    """Compare, with nothing said of how results belong to calls."""
    return converse(prompt, Desk().tools)


def mended(prompt: str) -> str:
    """Compare, by ids."""
    return converse(prompt, Desk().tools, system=BY_ID)
