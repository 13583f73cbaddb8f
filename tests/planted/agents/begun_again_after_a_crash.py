"""After a crash the task is begun again, though the world says that it was done."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import agentprobe
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import WorldSettings
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import converse

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("crash_after_effect", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"crash_after_effect@tool:refund": Reaction.DUPLICATED},
    world=WorldSettings(build="begun_again_after_a_crash:build", rows=(1,), env={"DESK_WORLD": "{world}"}),
)


def build(folder: Path, rows: int, seed: int) -> None:
    """A desk that has refunded nothing yet."""
    (folder / "refunds.json").write_text("{}", encoding="utf-8")


def refunds() -> Path:
    """Where it is written down what was refunded."""
    return Path(os.environ["DESK_WORLD"]) / "refunds.json"


class Ledger(Desk):
    """A desk that writes down what it does."""

    @agentprobe.tool(effect="write")
    def refund(self, order_id: str, amount: int) -> dict[str, Any]:
        """Give money back for an order."""
        done = json.loads(refunds().read_text(encoding="utf-8"))
        refunds().write_text(json.dumps({**done, order_id: amount}), encoding="utf-8")
        return {"order_id": order_id, "amount": amount, "status": "refunded"}


def careless(prompt: str) -> str:
    """Refund."""
    return converse(prompt, Ledger().tools)


def mended(prompt: str) -> str:
    """Refund what is not refunded yet."""
    done = json.loads(refunds().read_text(encoding="utf-8"))
    if "A-1" in done:
        return f"I refunded {done['A-1']} dollars for order A-1."
    return converse(prompt, Ledger().tools)
