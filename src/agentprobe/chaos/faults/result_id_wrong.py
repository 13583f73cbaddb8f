"""The fault result_id_wrong: a result names a call that does not exist."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from agentprobe.basis.canonical import digest
from agentprobe.chaos._asked import Asked, told_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._deliveries import Deliveries
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage

_PREFIX = re.compile(r"(?:[A-Za-z]+[_-])?")


@dataclass(frozen=True, kw_only=True)
class ResultIdWrong(Fault):
    """A result names a call that does not exist.

    What happens: the newest result in the request is told under an id that looks like its own and belongs to
    no call. The pairing is broken on purpose: most providers refuse such a request, and a model that gets it
    finds one call unanswered and one result from nowhere. Where the protocol says no id, nothing happens.
    Seen in the wild: ids made anew by a gateway or when a session is restored, ids cut to a column's length,
    a conversation that was carried over from another provider.
    A sound agent: takes the refusal for what it is, mends the conversation from what it knows, and does not
    send the same again.
    """

    family: ClassVar[Family] = Family.DELIVERY
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    lasting: ClassVar[bool] = True
    remedy: ClassVar[str] = (
        "Check before each request that every result names one call of the turn before it."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CORRELATION, Mend.ERROR_HANDLING)
    needs: ClassVar[tuple[Need, ...]] = (Need.RESULTS,)

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, _misnamed))


def _misnamed(told: Conversation) -> Asked | None:
    results = [one for turn in told.turns for one in turn.results if told.told_under(one)]
    if not results:
        return None
    known = told.told_under(results[-1])
    wrong, deliveries = _like(known), Deliveries(told)
    deliveries.rename(results[-1], wrong)
    return Asked(deliveries.body, f"the result of {known} is told as that of {wrong}")


def _like(known: str) -> str:
    """Another id of the same form and length."""
    prefix = _PREFIX.match(known)
    kept = prefix.group() if prefix is not None else ""
    other = digest(f"wrong|{known}")
    length = len(known) - len(kept)
    return kept + (other * (length // len(other) + 1))[: max(length, 1)]
