"""The first page of a list is counted as the whole list."""

from __future__ import annotations

from typing import Any

import agentprobe
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings
from agentprobe.sim.policy import Option, call, say
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import Thinks, results_of
from sound import Tools, Trouble, Wish, carried_out, converse

BUG = Bug(
    task=TaskSettings(id="count", prompt="How many tickets are open?", matches=r"\b23\b"),
    faults=("pagination_lost", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"pagination_lost@tool:list_tickets": Reaction.LIED},
)


class Tickets:
    """The tickets."""

    @property
    def tools(self) -> Tools:
        """What the model is offered."""
        return (self.list_tickets,)

    @agentprobe.tool(effect="read")
    def list_tickets(self, page: int) -> dict[str, Any]:
        """List the open tickets, 12 a page."""
        rows = [{"ticket_id": f"T-{number}"} for number in range(100, 123)]
        return {"tickets": rows[12 * page - 12 : 12 * page], "total": len(rows), "pages": 2}


def decide(request: ModelRequest) -> Option:
    """Read page by page, as long as there are more, and count."""
    read = results_of(request, "list_tickets")
    if not read:
        return call(("list_tickets", {"page": 1}))
    if len(read[-1]["tickets"]) == 12 and read[-1].get("pages", 1) > 1:
        return call(("list_tickets", {"page": 2}))
    tickets = {ticket["ticket_id"] for page in read for ticket in page["tickets"]}
    return say(f"{len(tickets)} tickets are open.")


POLICY = Thinks(decide)


def careless(prompt: str) -> str:
    """Count what was listed."""
    return converse(prompt, Tickets().tools)


def mended(prompt: str) -> str:
    """Count what was listed, if the list says how long it is."""

    def with_total(wish: Wish, tools: Tools) -> Any:
        found = carried_out(wish, tools)
        if "total" not in found or "pages" not in found:
            raise Trouble(f"{wish.name} does not say how many there are")
        return found

    return converse(prompt, Tickets().tools, carry=with_total)
