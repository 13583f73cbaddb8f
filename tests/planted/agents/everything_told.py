"""Whatever a tool gives goes to the model, however long it is, with each further question."""

from __future__ import annotations

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import Thinks
from instructions_crowded_out import LIMIT, Shop, carried_out_shortly, decide
from limit_in_the_prompt import BUG as LIMITED
from sound import converse

POLICY = Thinks(decide)
BUG = Bug(
    task=LIMITED.task,
    faults=("oversized_result", "truncated_text", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"oversized_result@tool:find_order": Reaction.OVERSPENT},
)


def careless(prompt: str) -> str:
    """Refund, and tell the model all there is."""
    return converse(prompt, Shop().tools, system=LIMIT)


def mended(prompt: str) -> str:
    """Refund, and tell the model no more than it can use."""
    return converse(prompt, Shop().tools, system=LIMIT, carry=carried_out_shortly)
