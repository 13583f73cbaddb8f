"""Places of scripts that look only at the first of the tool calls that an answer may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.scan.scripts.heard import hearing
from agentprobe.scan.scripts.model_calls import model_calls
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_CALLS = re.compile(r"(?:^|\.)(?:tool_calls|toolCalls)!?$")
_ALL = re.compile(
    rb"(?:tool_calls|toolCalls)\s*(?:\?\.|!)?\s*(?:\)|\|\|\s*\[\]|\?\?\s*\[\])*\s*"
    rb"\.?(?:map|forEach|filter|flatMap|reduce|some|every|entries)\(|"
    rb"of\s+[\w.?!\[\]]*(?:tool_calls|toolCalls)|parallel_tool_calls\s*:\s*false|"
    rb"parallelToolCalls\s*:\s*false|"
    rb"disable_parallel_tool_use\s*:\s*true|"
    rb"(?:tool_calls|toolCalls)\??\.length\s*(?:>|!==|===|!=)\s*1|tool_choice\s*:\s*\{|"
    rb"toolChoice\s*:\s*\{|tool_choice\s*:\s*['\"](?!auto|required|any|none)"
)
_ANSWERED = re.compile(
    rb"tool_call_id|toolCallId|ToolMessage|role:\s*['\"]tool['\"]|function_call_output|tool_result"
)
"""Where results go back to the model; elsewhere a tool is only the form of an answer."""
_ENOUGH = re.compile(r"index|delta|chunk", re.IGNORECASE)


def first_calls(script: Script) -> Iterator[tuple[Node, bool]]:
    """(where only the first is taken, was it followed to a model?)."""
    raw = script.text.raw
    if b"[0]" not in raw or not _ANSWERED.search(raw) or _ALL.search(raw) or not _asks(script):
        return
    listening = hearing(script)
    for node in script.of("subscript_expression"):
        index, holder = node.get("index"), node.get("object")
        if index is None or holder is None or script.source(index) != "0":
            continue
        if not _CALLS.search(script.source(holder, 200)) or _ENOUGH.search(script.source(holder, 200)):
            continue
        if _is_used(node):
            yield node, listening.heard(holder) is not None
            return


def _is_used(node: Node) -> bool:
    """Is the first call taken and carried out, rather than looked at for a log or a test?"""
    above = node.parent
    return above is None or above.kind not in ("if_statement", "unary_expression")


def _asks(script: Script) -> bool:
    return bool(model_calls(script))
