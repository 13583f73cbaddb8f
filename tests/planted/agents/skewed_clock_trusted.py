"""A coupon that has run out is honoured, because one of two clocks is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import agentprobe
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings
from agentprobe.sim.conversation import asked
from agentprobe.sim.policy import say
from bug import ODD_TOOLS, OUTAGES, Bug
from desk import Thinks
from sound import Trouble, converse, used

POLICY = Thinks(lambda request: say(asked(request).rpartition("\n")[2]))
BUG = Bug(
    task=TaskSettings(id="coupon", prompt="Use coupon Q-3, if it is still good.", contains=("run out",)),
    faults=(
        "clock_skew",
        "expired",
        "clock_skew(seconds=-30)@tool:now",
        "clock_skew(seconds=30)@tool:coupon",
        "cut_answer",
        "empty_answer",
        "refused_answer",
        *ODD_TOOLS,
        *OUTAGES,
    ),
    planted={"clock_skew@tool:now": Reaction.MISACTED, "clock_skew@tool:coupon": Reaction.MISACTED},
)


@agentprobe.tool(effect="read")
def now() -> dict[str, Any]:
    """Tell the time."""
    return {"time": "2026-01-05T12:01:00+00:00"}


@agentprobe.tool(effect="read")
def coupon(coupon_id: str) -> dict[str, Any]:
    """Look up a coupon."""
    return {"coupon_id": coupon_id, "valid_until": "2026-01-05T12:00:00+00:00"}


@agentprobe.tool(effect="write")
def grant(coupon_id: str) -> dict[str, Any]:
    """Honour a coupon."""
    return {"coupon_id": coupon_id, "status": "granted"}


def left() -> timedelta:
    """How long the coupon is still good."""
    until = datetime.fromisoformat(used(coupon, coupon_id="Q-3")["valid_until"])
    return until - datetime.fromisoformat(used(now)["time"])


def careless(prompt: str) -> str:
    """Grant what has not run out to the second."""
    if left() > timedelta(0):
        used(grant, coupon_id="Q-3")
        return converse(f"{prompt}\nI honoured coupon Q-3.")
    return converse(f"{prompt}\nCoupon Q-3 has run out.")


def mended(prompt: str) -> str:
    """Grant what has not run out by any clock; what is close is for a person."""
    if abs(left()) < timedelta(minutes=30) and left() > timedelta(0):
        raise Trouble("the clocks do not say whether the coupon is still good")
    return careless(prompt)
