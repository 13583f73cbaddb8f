"""Settings by which an agent acts without anybody being asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agentprobe.scan.document import Document, Key
from agentprobe.scan.facts import Effect
from agentprobe.scan.finding import Place
from agentprobe.scan.severity import Tier
from agentprobe.scan.tool_effects import by_name, in_words

_BYPASSES = ("bypassPermissions", "dontAsk")
_ANYTHING = frozenset({"*", "Bash", "Bash(*)", "Bash(*:*)", "Bash(:*)"})
_APPROVED = ("autoApprove", "alwaysAllow", "autoApproveTools", "autoAllow")
_HARMS = re.compile(
    r"(?:delete|remove|drop|cancel|send|pay|charge|refund|transfer|purge|purchase|deploy|publish)_"
)
_SERVERS = ("mcpServers", "mcp_servers", "servers")


@dataclass(frozen=True, kw_only=True)
class Unasked:
    """One such setting."""

    place: Place
    what: str
    """In a message: "permissions.defaultMode is bypassPermissions"."""
    path: str
    tier: Tier = Tier.PROVED
    """Everything is let through; what a name says to destroy or send; what it says to write."""


def unasked(document: Document) -> Iterator[Unasked]:
    """The settings of a file that take the question away before a tool acts."""
    if document.kind == "claude":
        yield from _of_claude(document)
    elif document.kind in ("mcp", "agent-config"):
        yield from _of_servers(document)
    elif document.kind == "agent-spec":
        yield from _of_spec(document)


def _of_claude(document: Document) -> Iterator[Unasked]:
    mode = document.get("permissions", "defaultMode")
    if mode in _BYPASSES:
        yield _one(document, ("permissions", "defaultMode"), f"permissions.defaultMode is {mode}")
    for at, told in enumerate(_items(document.get("permissions", "allow"))):
        if told in _ANYTHING:
            yield _one(document, ("permissions", "allow", at), f"permissions.allow has {told}")
    if document.get("enableAllProjectMcpServers") is True:
        what = "enableAllProjectMcpServers is true"
        yield _one(document, ("enableAllProjectMcpServers",), what)


def _of_servers(document: Document) -> Iterator[Unasked]:
    for table in _SERVERS:
        found = document.get(table)
        for name, entry in found.items() if isinstance(found, dict) else ():
            if not isinstance(entry, dict):
                continue
            if entry.get("trust") is True:
                yield _one(document, (table, name, "trust"), f"trust of the MCP server {name} is true")
            for key in _APPROVED:
                yield from _approved(document, (table, name, key), entry.get(key))


def _approved(document: Document, keys: tuple[Key, ...], told: Any) -> Iterator[Unasked]:
    for at, tool in enumerate(_items(told)):
        if tool == "*":
            yield _one(document, (*keys, at), f"{keys[-1]} of the MCP server {keys[-2]} has every tool")
        elif by_name(tool) is Effect.WRITE and "_" in tool:
            what = f"{keys[-1]} of the MCP server {keys[-2]} has {tool}"
            yield _one(document, (*keys, at), what, tier=_by_name(tool))


def _of_spec(document: Document) -> Iterator[Unasked]:
    for keys, value in document.walk():
        if keys[-1] != "requires_confirmation" or value is not False:
            continue
        name = document.get(*keys[:-1], "name")
        if isinstance(name, str) and by_name(name) is Effect.WRITE:
            yield _one(
                document, keys, f"requires_confirmation of the tool {name} is false", tier=_by_name(name)
            )


def _one(document: Document, keys: tuple[Key, ...], what: str, *, tier: Tier = Tier.PROVED) -> Unasked:
    path = ".".join(str(key) for key in keys if isinstance(key, str))
    return Unasked(place=document.place(*keys), what=what, path=path, tier=tier)


def _by_name(tool: str) -> Tier:
    return Tier.INFERRED if _HARMS.match(in_words(tool)) else Tier.HINT


def _items(told: Any) -> list[str]:
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
