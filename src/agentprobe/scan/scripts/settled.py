"""Uses of `Promise.allSettled` in scripts that never look at what was rejected."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.scan.scripts.model_calls import asking
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node
from agentprobe.scan.scripts.tools import tool_around


def dropped(script: Script) -> Iterator[tuple[Node, str]]:
    """(the call, what becomes of its errors)."""
    for call in script.calls:
        if script.callee(call) != "Promise.allSettled" or not _matters(script, call):
            continue
        function = script.function(call)
        home = function or script.root
        said = script.text.raw[call.start : home.end].decode("utf-8", "replace")
        if "fulfilled" not in said and ".value" not in said:
            continue  # nobody uses results: it is only waited for
        if re.search(r"['\"]rejected['\"]|\.reason\b|!==?\s*['\"]fulfilled['\"]", said):
            continue
        if re.search(r"\belse\b", said):
            continue
        yield call, "only those that were fulfilled are used"


def _matters(script: Script, call: Node) -> bool:
    """Does it wait for models, tools or what a tool does?"""
    return (
        next(asking(script, call), None) is not None
        or tool_around(script, call) is not None
        or _told_before(script, call)
    )


def _told_before(script: Script, call: Node) -> bool:
    """`const jobs = items.map((one) => ask(one)); await Promise.allSettled(jobs)`."""
    given = script.arguments(call)
    made = script.value(given[0]) if given else None
    return made is not None and not call.holds(made) and next(asking(script, made), None) is not None
