"""Two tool calls have one id, and a table of calls by id forgets the first of them."""

from __future__ import annotations

from collections.abc import Sequence

from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import EffectSettings, TaskSettings
from agentprobe.sim.policy import call, say
from agentprobe.sim.script import Script
from bug import ODD_TOOLS, OUTAGES, Bug
from desk import Desk
from sound import Answer, Carry, Message, Tools, Wish, converse, performed, post, read, result, whole

AMOUNTS = {"A-1": 30, "A-2": 45}
WISHES = tuple(("refund", {"order_id": order, "amount": amount}) for order, amount in AMOUNTS.items())
POLICY = Script(call(*WISHES), say("I refunded 30 dollars for order A-1 and 45 for A-2."))
BUG = Bug(
    task=TaskSettings(
        id="refund",
        prompt="Refund orders A-1 and A-2.",
        contains=("30", "45"),
        effects=tuple(EffectSettings(tool=name, arguments=dict(given)) for name, given in WISHES),
    ),
    faults=(
        "duplicate_call_ids",
        "repeated_call",
        "cut_arguments",
        "empty_answer",
        "invented_tool",
        "mistyped_argument",
        *ODD_TOOLS,
        *OUTAGES,
    ),
    planted={"duplicate_call_ids@model": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund both, each by the id of its call."""
    return converse(prompt, Desk().tools, ask=asked_without_a_look, perform=performed_by_id)


def asked_without_a_look(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer; nobody looks whether its ids differ."""
    answer = read(post(messages, tools))
    if len({wish.id for wish in answer.wishes}) == len(answer.wishes):
        return whole(answer)
    return answer


def performed_by_id(wishes: Sequence[Wish], tools: Tools, carry: Carry) -> list[Message]:
    """The results of the wishes, which are kept by their ids."""
    by_id = {wish.id: wish for wish in wishes}
    results = performed(list(by_id.values()), tools, carry)
    told = dict(zip(by_id, (one["content"] for one in results), strict=True))
    return [result(wish, told[wish.id]) for wish in wishes]


def mended(prompt: str) -> str:
    """Refund both, if their calls can be told apart."""
    return converse(prompt, Desk().tools)
