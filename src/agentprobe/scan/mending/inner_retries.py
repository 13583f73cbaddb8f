"""The client's own retries switched off where something around it repeats the call already."""

from __future__ import annotations

from collections.abc import Sequence

from agentprobe.scan.effective import Effective, Outer
from agentprobe.scan.finding import Fix
from agentprobe.scan.module import argument
from agentprobe.scan.nodes import call_at
from agentprobe.scan.project import Project

_WITH_OPTIONS = ("openai.", "anthropic.")
_TAKES = ("openai.", "anthropic.", "groq.", "langchain_openai.", "langchain_anthropic.", "langchain_groq.")
"""Clients that take `max_retries=0`, and mean by it one attempt."""
_WORD = "max_retries=0"


def without_retries(project: Project, one: Effective, layers: Sequence[Outer], most: int) -> Fix | None:
    """A fix by which only what is around a call repeats it; None where that would not be enough."""
    total = 1
    for layer in layers:
        total *= layer.attempts or 1
    client = one.call.client
    if (len(layers) > 1 and total > most) or client is None or not client.made.startswith(_TAKES):
        return None
    if not one.attempts.number or one.attempts.number <= 1:
        return None
    alone = sum(
        call.client is not None and call.client.place == client.place for call in one.facts.model_calls
    )
    shared = (
        client.returned
        or alone > 1
        or (not client.function and _last(client.name) in _exported(project, one))
    )
    if shared and client.made.startswith(_WITH_OPTIONS):
        return _for_this_call(project, one)
    return _in_client(project, one) if not shared else None


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _exported(project: Project, one: Effective) -> frozenset[str]:
    """The names of a file that other files import from it."""
    home = f"{one.facts.dotted}."
    return frozenset(
        dotted.removeprefix(home)
        for facts in project.facts.values()
        if facts is not one.facts
        for dotted in facts.imports.values()
        if dotted.startswith(home)
    )


def _in_client(project: Project, one: Effective) -> Fix | None:
    assert one.call.client is not None
    found = call_at(project, one.call.client.place)
    if found is None or any(word.arg is None for word in found[1].keywords):
        return None
    module, call = found
    given = argument(call, "max_retries")
    edit = module.with_argument(call, _WORD) if given is None else module.replaced(given, "0")
    return Fix(what=f"{_WORD} in the client, so that one layer retries", edits=(edit,))


def _for_this_call(project: Project, one: Effective) -> Fix | None:
    """`client.with_options(max_retries=0).chat…`: the client's other calls keep their retries."""
    found = call_at(project, one.call.place)
    if found is None or "with_options" in one.call.callee:
        return None
    module, call = found
    assert one.call.client is not None
    receiver = call.func
    made = one.call.client.made
    while module.qualified(receiver) != made:
        inner = getattr(receiver, "value", None)
        if inner is None:
            return None
        receiver = inner
    if argument(call, "max_retries") is not None:
        return None
    at = module.span(receiver)[1]
    return Fix(
        what=f"{_WORD} for this call, so that one layer retries",
        edits=(module.inserted(at, f".with_options({_WORD})"),),
    )
