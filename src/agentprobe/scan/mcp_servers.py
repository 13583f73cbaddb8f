"""The MCP servers that settings and code start: by which command, which version, with which environment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agentprobe.scan.document import Document, Key
from agentprobe.scan.finding import Place
from agentprobe.scan.module import Module, argument, last_word
from agentprobe.scan.tool_forms import items_of
from agentprobe.scan.values import literal

_TABLES = (
    ("mcpServers",),
    ("servers",),
    ("mcp", "servers"),
    ("mcp_servers",),
    ("context_servers",),
    ("mcp",),
)
_STARTERS = frozenset({
    "StdioServerParameters", "MCPServerStdio", "StdioTransport", "StdioConnection", "MCPServerStdioParams",
    "MCPStdioTool", "McpStdioServerConfig", "StdioServerParams", "MCPStdioPlugin",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that is started by a command."""

    name: str
    place: Place
    command: str
    arguments: tuple[str, ...] = ()
    """Those that are texts; what is filled in later is "{}"."""
    environment: tuple[tuple[str, Place], ...] = ()
    """The variables that it is given by name."""
    node: ast.AST | None = None
    """In code: the call or dictionary."""


def servers_in(document: Document) -> Iterator[Server]:
    """The servers of a settings file of an MCP client."""
    for table in _TABLES:
        found = document.get(*table)
        for name, entry in found.items() if isinstance(found, dict) else ():
            if isinstance(entry, dict) and isinstance(entry.get("command"), str | list | dict):
                yield _of_entry(document, (*table, name), entry)


def _of_entry(document: Document, keys: tuple[Key, ...], entry: dict[str, Any]) -> Server:
    told: Any = entry["command"]
    given: Any = entry.get("args", [])
    if isinstance(told, dict):  # {"command": {"path": "npx", "args": []}}
        told, given = told.get("path", ""), told.get("args", [])
    words = [str(one) for one in (told if isinstance(told, list) else [told])]
    rest = [one if isinstance(one, str) else "{}" for one in given] if isinstance(given, list) else []
    command, *more = [*words, *rest] or [""]
    if not more and " " in command:
        command, *more = command.split()
    held = next((key for key in ("env", "environment") if isinstance(entry.get(key), dict)), "")
    names = [str(name) for name in entry[held]] if held else []
    return Server(
        name=str(keys[-1]),
        place=document.place(*keys),
        command=command,
        arguments=tuple(more),
        environment=tuple((name, document.place(*keys, held, name)) for name in names),
    )


def servers_in_code(module: Module) -> Iterator[Server]:
    """The servers that Python code starts by a command."""
    for call in module.calls:
        last = last_word(call.func)
        if last in _STARTERS:
            command, given = argument(call, "command", 0), argument(call, "args", 1)
            yield from _of_code(module, call, command, given)
    for node in module.of(ast.Dict):
        items = {
            key.value: item
            for key, item in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        }
        if "command" in items and "args" in items:
            yield from _of_code(module, node, items["command"], items["args"])


def _of_code(
    module: Module, node: ast.Call | ast.Dict, command: ast.expr | None, given: ast.expr | None
) -> Iterator[Server]:
    told = literal(module, command)
    if not isinstance(told, str):
        return
    words = [literal(module, one) for one in items_of(module, given)]
    yield Server(
        name=_name_of(module, node),
        place=module.place(node),
        command=told,
        arguments=tuple(one if isinstance(one, str) else "{}" for one in words),
        node=node,
    )


def _name_of(module: Module, node: ast.AST) -> str:
    """The key that a dictionary stands under, or the name that a call is bound to."""
    above = module.parent(node)
    if isinstance(above, ast.Dict):
        for key, item in zip(above.keys, above.values, strict=True):
            if item is node and isinstance(key, ast.Constant) and key.value != "params":
                return str(key.value)
    if isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Name):
        return above.targets[0].id
    return ""


_NODE = ("npx", "bunx", "pnpx", "npx.cmd")
_WITH_VALUE = frozenset({
    "-e", "--env", "-v", "--volume", "--name", "--mount", "--network", "-p", "--publish", "--env-file",
    "-w", "--workdir",
    "-u", "--user", "--entrypoint", "--platform", "-l", "--label", "--add-host", "--memory", "-m",
    "--cpus", "--net",
    "--pull", "--gpus", "-h", "--hostname", "--security-opt", "--cap-drop", "--cap-add", "--restart",
    "--log-driver",
})  # fmt: skip
_FLOATING = re.compile(r"^(?:latest|next|beta|alpha|canary|nightly|main|master|[\^~*><x]|$)")


def unpinned(server: Server) -> str:
    """What a server is fetched as, where its version is whatever is newest; "" where it is fixed."""
    words = [server.command.replace("\\", "/").rpartition("/")[2], *server.arguments]
    if words[0].lower() in ("cmd", "cmd.exe") and len(words) > 2:
        words = words[2:]
    command, rest = words[0].removesuffix(".exe"), words[1:]
    if command in ("pnpm", "yarn", "npm") and rest[:1] in (["dlx"], ["exec"]):
        return _npm(rest[1:])
    if command in _NODE:
        return _npm(rest)
    if command == "uvx":
        return _python(rest)
    if (command, *rest[:2]) == ("uv", "tool", "run"):
        return _python(rest[2:])
    if (command, *rest[:1]) == ("pipx", "run"):
        return _python(rest[1:])
    if command in ("docker", "podman") and "run" in rest[:2]:
        return _image(rest[rest.index("run") + 1 :])
    return ""


def _npm(words: Sequence[str]) -> str:
    package = _valued(words, ("-p", "--package")) or next(
        (one for one in words if not one.startswith("-")), ""
    )
    if not package or _is_local(package):
        return ""
    if package.startswith(("github:", "git+", "https://")):
        return "" if "#" in package else package
    name, _, version = package[1:].partition("@")
    return package if _FLOATING.match(version) and "{}" not in (name, version) else ""


def _python(words: Sequence[str]) -> str:
    package = _valued(words, ("--from", "--spec")) or _first(
        words, ("--with", "--python", "-p", "--index-url")
    )
    if not package or _is_local(package):
        return ""
    if package.startswith(("git+", "https://", "http://")):
        address = package.partition("://")[2]
        return "" if "@" in address or address.endswith((".whl", ".gz", ".zip")) else package
    if re.search(r"[<>=~!]=|[<>]", package):
        return "" if "==" in package else package
    _, separator, version = package.partition("@")
    return package if not separator or _FLOATING.match(version) else ""


def _image(words: Sequence[str]) -> str:
    image = _first(words, _WITH_VALUE)
    if not image or "{}" in image or "@sha256:" in image:
        return ""
    _, separator, tag = image.rpartition("/")[2].partition(":")
    return image if not separator or _FLOATING.match(tag) else ""


def _valued(words: Sequence[str], options: tuple[str, ...]) -> str:
    for at, word in enumerate(words):
        name, separator, given = word.partition("=")
        if name in options:
            return given if separator else words[at + 1] if at + 1 < len(words) else ""
    return ""


def _first(words: Sequence[str], with_value: frozenset[str] | tuple[str, ...]) -> str:
    """The first word that is neither an option nor the value of one."""
    at = 0
    while at < len(words):
        if not words[at].startswith("-"):
            return words[at]
        at += 2 if words[at] in with_value else 1
    return ""


def _is_local(package: str) -> bool:
    return (
        package.startswith((".", "/", "~", "file:", "$", "{"))
        or package.endswith((".js", ".mjs", ".ts", ".py"))
        or re.match(r"^[A-Za-z]:[\\/]", package) is not None
    )
