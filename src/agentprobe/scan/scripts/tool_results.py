"""Failures that tools of MCP give back as if they were results."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.scan.scripts.literals import literal, text
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node
from agentprobe.scan.scripts.tools import ScriptTool, tools

_ERROR = re.compile(
    r"^\W*(?:\w+ )?(?:error|failed|failure|unable|could not|cannot|exception)\b|\{(?:e|err|error)[.\w]*\}",
    re.IGNORECASE,
)
_MESSAGE = re.compile(r"\b(?:err|error|e)\.message\b|error:")


def unmarked_errors(script: Script) -> Iterator[tuple[ScriptTool, Node]]:
    """(the tool, the result that tells of a failure without saying that it is one)."""
    for tool in tools(script):
        if tool.kind != "mcp" or tool.function is None:
            continue
        for handler in script.inside(tool.function, "catch_clause"):
            body = handler.get("body")
            for one in script.within(body, "return_statement") if body is not None else ():
                value = script.bare(one.children[0]) if one.children else None
                if value is None or value.kind != "object":
                    continue
                keys = script.properties(value)
                whole = script.given(value)[1]
                if (
                    "content" in keys
                    and whole
                    and not _is_marked(script, keys)
                    and _tells(script, keys["content"])
                ):
                    yield tool, one


def _is_marked(script: Script, keys: dict[str, Node]) -> bool:
    return "isError" in keys and literal(script, keys["isError"]) is not False


def _tells(script: Script, content: Node) -> bool:
    """Does a text in a result tell of an error?"""
    return any(
        _ERROR.search(text(script, one) or "") is not None
        for one in script.inside(content, "string", "template_string")
    ) or _MESSAGE.search(script.source(content, 400)) is not None  # fmt: skip
