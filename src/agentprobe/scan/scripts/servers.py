"""MCP servers that a script starts: in which version, and with which environment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.scan.scripts.literals import text
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_RUNNERS = re.compile(r"^(?:npx|bunx|uvx|pnpx)$")
_PINNED = re.compile(r".@(?:\^|~)?\d|==\d|@[0-9a-f]{7,40}$|^[./~]|^https?:|\.(?:js|ts|py|mjs)$")
_RUNS_FILES = ("tsx", "ts-node", "ts-node-esm", "node", "bun", "tsimp", "vite-node")
"""What npx runs that only runs a file of the project."""
_TRANSPORTS = re.compile(
    r"(?:StdioClientTransport|StdioMCPTransport|MCPServerStdio|MultiServerMCPClient|MCPClient)$"
)


def newest_servers(script: Script) -> Iterator[tuple[Node, str]]:
    """(where the command stands, the package that is run in its newest version)."""
    for table in script.of("object"):
        keys = script.properties(table)
        if "fullCommand" in keys:
            words = (text(script, keys["fullCommand"]) or "").split()
            if words and _RUNNERS.match(words[0]):
                yield from _of(keys["fullCommand"], words[1:])
        elif "command" in keys and "args" in keys:
            command = text(script, keys["command"]) or ""
            given = script.value(keys["args"])
            if (
                _RUNNERS.match(command)
                and given is not None
                and given.kind == "array"
                and _is_server(script, table)
            ):
                yield from _of(table, [text(script, one) or "" for one in given.children])


def _of(node: Node, words: list[str]) -> Iterator[tuple[Node, str]]:
    package = next((word for word in words if word and not word.startswith("-")), "")
    if package in _RUNS_FILES:
        return
    if package and not _PINNED.search(package) and "{" not in package:
        yield node, package


def _is_server(script: Script, table: Node) -> bool:
    """Is a command meant to be an MCP server: given to a transport, or beside the words of one?"""
    for above in script.ancestors(table):
        if above.kind in ("new_expression", "call_expression"):
            called = above.get("constructor") or above.get("function")
            name = script.source(called) if called is not None else ""
            return _TRANSPORTS.search(name) is not None or "mcp" in name.lower()
        if above.kind in ("variable_declarator", "pair"):
            named = above.get("name") or above.get("key")
            if named is not None and "mcp" in script.source(named).lower():
                return True
    return False


def overshared(script: Script) -> Iterator[Node]:
    """Where a server is given all of `process.env`."""
    for pair in script.of("pair"):
        key, value = pair.get("key"), script.bare(pair.get("value"))
        table = pair.parent
        if key is None or value is None or table is None or script.source(key) != "env":
            continue
        keys = script.properties(table)
        if ("command" in keys or "fullCommand" in keys) and _is_all(script, value) and (
            "fullCommand" in keys or _is_server(script, table)
        ):  # fmt: skip
            yield pair


def _is_all(script: Script, value: Node) -> bool:
    if value.kind == "object":
        spread = [script.source(one, 60) for one in value.children if one.kind == "spread_element"]
        return any(one.startswith(("...process.env", "...(process.env")) for one in spread)
    return script.source(value, 60) == "process.env"
