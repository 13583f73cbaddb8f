"""The fault many_tools: the model is offered far more tools than it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._asked import Asked, asked_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.dialects._offered import Offer
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage

_NOUNS = ("contact", "ticket", "invoice", "order", "branch", "calendar", "file", "shipment", "page", "user")
_VERBS = ("get", "list", "search", "create", "update", "delete", "archive", "export", "assign", "share")
_SYSTEMS = ("crm", "tracker", "ledger", "shop", "forge", "office", "drive", "fleet", "wiki", "people")


@dataclass(frozen=True, kw_only=True)
class ManyTools(Fault):
    """The model is offered far more tools than it needs.

    What happens: behind the first tool that the request offers stand `count` more, with names and
    descriptions as the servers of large companies have them, and the first one's parameters. Nobody would
    run them: the agent that gets a call of one does not know it. Providers take about 128 tools in all.
    Seen in the wild: one tool server more each month, until the right tool is one of two hundred; models then
    choose a neighbour, and the descriptions alone cost more than the task.
    A sound agent: offers what the task needs, and answers a call of a tool that it does not have with an
    error that names those that it has.
    """

    family: ClassVar[Family] = Family.LOAD
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Offer the tools of the task and no others, and refuse the call of an unknown one."
    )
    costly: ClassVar[bool] = True
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ALLOWED_TOOLS, Mend.CONTEXT_LIMIT)
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOLS,)

    count: Annotated[int, Meta(ge=1, le=900)] = 100
    """How many more tools are offered."""

    def intercept(self, call: Call) -> Passage:
        return (yield from asked_otherwise(self, call, self._crowded))

    def _crowded(self, body: bytes, dialect: Dialect) -> Asked:
        return Asked(dialect.retold(body, self._more), f"{self.count} more tools are offered")

    def _more(self, offers: Sequence[Offer]) -> Mapping[str, Sequence[Offer]]:
        if not offers:
            return {}
        known = {offer.name for offer in offers}
        others = (offer for offer in _others() if offer.name not in known)
        return {offers[0].name: [offers[0], *islice(others, self.count)]}


def _others() -> list[Offer]:
    return [
        Offer(f"{system}_{verb}_{noun}", f"{verb.capitalize()} a {noun} in the company's {system} system.")
        for noun, verb, system in product(_NOUNS, _VERBS, _SYSTEMS)
    ]
