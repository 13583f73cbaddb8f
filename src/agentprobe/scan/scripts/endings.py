"""Answers of models in scripts that are parsed though nobody looks at why they ended."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.scan.scripts.handlers import is_handled
from agentprobe.scan.scripts.parsing import Parsed, parsed
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_ENDS = re.compile(
    rb"finish_?reason|stop_?reason|incomplete_details|done_reason|finishReason|stopReason", re.IGNORECASE
)


def unasked_ends(script: Script) -> Iterator[Parsed]:
    """What is parsed of answers whose end nobody looks at, once for each answer."""
    if _ENDS.search(script.text.raw):
        return
    told: set[Node] = set()
    for one in parsed(script):
        if (
            one.heard is None
            or not one.heard.asked.api.end
            or one.heard.asked.api.name in ("ai", "google.old")
        ):
            continue
        node = one.heard.asked.node
        if node not in told and not _is_safe(script, one):
            told.add(node)
            yield one


def _is_safe(script: Script, one: Parsed) -> bool:
    """Does a broken end show itself: parsed in a `try` whose handler throws or asks again?"""
    tried = next((above for above in script.ancestors(one.call) if above.kind == "try_statement"), None)
    handler = tried.get("handler") if tried is not None else None
    body = handler.get("body") if handler is not None else None
    if handler is None or body is None:
        return True  # JSON that is cut off throws by itself, and nobody takes it
    again = script.inside(handler, "throw_statement", "await_expression", "continue_statement")
    return bool(again) or is_handled(script, body, handler)
