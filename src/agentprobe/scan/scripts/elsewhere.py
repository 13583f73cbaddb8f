"""Failures of models that a script asks through a function of another file, and what it does about them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

import msgspec

from agentprobe.scan.finding import Place
from agentprobe.scan.scripts.handlers import is_deferred, what_it_does
from agentprobe.scan.scripts.model_calls import askers, asking
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_OWN = ("./", "../", "@/", "~/", "src/")
_ENDINGS = (".ts", ".tsx", ".js", ".mjs", ".mts", ".jsx", "/index.ts", "/index.tsx", "/index.js")
_WRITTEN = (".js", ".mjs", ".jsx", ".ts", ".tsx")


class CaughtElsewhere(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A handler around a function of another file, by which nobody learns of a failure."""

    place: Place
    how: str
    """One of "swallows", "answers"."""
    callee: str
    """What may fail: "./llm:ask"."""
    function: str = ""
    logged: bool = False
    told: str = ""


def caught_elsewhere(script: Script) -> Iterator[CaughtElsewhere]:
    """The handlers of a script that hide failures of functions which other files have."""
    for node in script.of("try_statement"):
        body, handler = node.get("body"), node.get("handler")
        if body is None or handler is None or next(asking(script, body), None) is not None:
            continue
        callee = next(_called(script, node, body), "")
        told = what_it_does(script, node, handler) if callee else None
        if told is not None:
            yield CaughtElsewhere(
                place=script.place(handler),
                how=told[0],
                callee=callee,
                function=script.name_of(script.function(node)),
                logged=told[1],
                told=told[2],
            )


def _called(script: Script, node: Node, body: Node) -> Iterator[str]:
    """The functions of the project that are waited for in a `try`."""
    for call in script.inside(body, "call_expression"):
        waited = call.parent is not None and call.parent.kind == "await_expression"
        nearest = next((one for one in script.ancestors(call) if one.kind == "try_statement"), None)
        callee = script.callee(call)
        own = callee.startswith(_OWN) and "." not in callee.rpartition(":")[2]
        if waited and own and nearest is node and not is_deferred(script, call, node):
            yield callee


def exported_askers(script: Script) -> tuple[str, ...]:
    """The functions at the top of a script that come to ask a model, by the names that others import."""
    found = {name for one in askers(script) if (name := script.name_of(one)) and "." not in name}
    for one in script.of("export_statement"):
        if script.source(one, 40).startswith("export default") and any(
            script.source(name) in found for name in script.inside(one, "identifier")[:1]
        ):
            found.add("default")
    return tuple(sorted(found))


def meant(callee: str, path: str, known: Mapping[str, tuple[str, ...]]) -> str:
    """The file whose function asks a model where another calls "./llm:ask"; "" where none does."""
    home, _, name = callee.partition(":")
    for ending in _WRITTEN:
        home = home.removesuffix(ending)
    if home.startswith("."):
        base = posixpath.normpath(posixpath.join(posixpath.dirname(path), home))
        fitting = [base + ending for ending in _ENDINGS if base + ending in known]
    else:
        tails = tuple(f"/{home.removeprefix('@/').removeprefix('~/')}{ending}" for ending in _ENDINGS)
        fitting = [one for one in known if f"/{one}".endswith(tails)]
    found = [one for one in fitting if name in known[one]]
    return found[0] if len(fitting) == 1 and found else ""
