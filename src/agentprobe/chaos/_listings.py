"""What faults do to the tools that a server lists or a request offers: told otherwise, left out, doubled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from agentprobe.basis.canonical import canonical
from agentprobe.chaos._asked import Asked, asked_otherwise
from agentprobe.chaos._known_tools import LIST, entries_in, listed
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.dialects._offered import Offer
from agentprobe.domain.call import TOOLS_CHANGED, Call, Kind, Outcome
from agentprobe.domain.model import ToolSpec
from agentprobe.kernel.room import Passage


class Retold(NamedTuple):
    """By a tool's name, what stands in its place; and in a few words what is other about that."""

    told: Mapping[str, Sequence[Offer]]
    did: str


Change = Callable[[tuple[ToolSpec, ...]], Retold | None]
"""Of the tools that there are: which are told otherwise, and how; None where nothing changes."""


def listed_otherwise(fault: Fault, call: Call, change: Change) -> Passage:
    """Let the call through, with other tools in the request of a model or the answer of a tool server.

    Of a request, a tool that the model is made to call stays as it is: without it no provider would answer.
    """
    if call.kind is Kind.MODEL:
        return (
            yield from asked_otherwise(fault, call, lambda body, dialect: _offered(body, dialect, change))
        )
    outcome = yield call
    retold = change(listed(outcome)) if is_list(call) and listed(outcome) else None
    if retold is None:
        return outcome
    tools = [entry for tool in entries_in(outcome) for entry in _entries(tool, retold)]
    return fault.answered(_with_tools(outcome, tools), outcome, retold.did)


def is_list(call: Call) -> bool:
    """Does the client ask a tool server for its tools?"""
    return call.kind is Kind.STATE and call.name == LIST


def is_first_page(call: Call) -> bool:
    """Is this where a list begins, and not the page behind another one?"""
    return not (isinstance(call.request, dict) and call.request.get("cursor"))


def named(tools: Sequence[ToolSpec], name: str, fault: Fault) -> ToolSpec | None:
    """The tool of this name; where none is given the first that was ever seen, in all of the session."""
    notes = fault.occasion.notes
    with notes.lock:
        wanted = name or (notes.setdefault("tool", tools[0].name) if tools else "")
    return next((tool for tool in tools if tool.name == wanted), None)


def kept(fault: Fault, tool: ToolSpec, make: Callable[[], Retold]) -> Retold:
    """The same change for a tool at each call of a session, as long as the tool says the same."""
    notes, key = fault.occasion.notes, ("retold", canonical([tool.name, tool.description]))
    made = make()
    with notes.lock:
        found: Retold = notes.setdefault(str(key), made)
        return found


def seen_before(fault: Fault, call: Call) -> bool:
    """Was there a list in this session before the one that this call begins or goes on with?"""
    notes = fault.occasion.notes
    with notes.lock:
        if is_first_page(call):
            notes["lists"] = notes.get("lists", 0) + 1
        return bool(notes.get("lists", 0) > 1)


def announced(outcome: Outcome) -> Outcome:
    """A list as it is, after which its server says that it has changed."""
    return outcome.marked(TOOLS_CHANGED) if outcome.ok else outcome


def _offered(body: bytes, dialect: Dialect, change: Change) -> Asked | None:
    request = dialect.read_request(body)
    forced = canonical(request.settings.tool_choice).decode()
    known = {offer.name for offer in dialect.offers(body)}
    tools = tuple(t for t in request.tools if t.name in known and f'"{t.name}"' not in forced)
    retold = change(tools) if tools else None
    if retold is None or (not all(retold.told.values()) and len(known) == 1):
        return None
    return Asked(dialect.retold(body, lambda _: retold.told), retold.did)


def _entries(tool: Mapping[str, Any], retold: Retold) -> list[dict[str, Any]]:
    offers = retold.told.get(tool["name"])
    if offers is None:
        return [dict(tool)]
    return [
        {**tool, **({"description": offer.description} if offer.description else {}), "name": offer.name}
        for offer in offers
    ]


def _with_tools(outcome: Outcome, tools: list[dict[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = outcome.value
    return {**answer, "result": {**answer["result"], "tools": tools}}


def offer_of(tool: ToolSpec) -> Offer:
    """A tool as it is told."""
    return Offer(tool.name, tool.description)


def other_names(tools: Sequence[ToolSpec], name: str, endings: Sequence[str]) -> list[str]:
    """Names like this one that no tool has, within what providers take for a name."""
    taken = {tool.name for tool in tools}
    made = (f"{name[: 64 - len(ending)]}{ending}" for ending in endings)
    return [one for one in made if one not in taken]
