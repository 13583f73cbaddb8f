"""Tool servers as a trace tells of them: who they said they are, what they offered, what of it changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from agentprobe.basis.canonical import digest_of
from agentprobe.domain.call import Kind
from agentprobe.trace.pair import TracedCall

MCP = "mcp:"


@dataclass(frozen=True)
class Drift:
    """The tools of a server were others than when it listed them before."""

    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Whose description, schema or hints were other ones."""


@dataclass(frozen=True)
class ServerSeen:
    """One tool server of a run."""

    name: str
    """As its owner calls it."""
    calls: tuple[TracedCall, ...] = field(repr=False)
    """All that passed between it and the agent, in order."""

    @cached_property
    def software(self) -> str:
        """What it said it is, with its version; empty when it did not say."""
        for result in self._results("initialize", "server/discover"):
            info = result.get("serverInfo") or _of_meta(result, "serverInfo")
            if isinstance(info, Mapping):
                return " ".join(str(info[key]) for key in ("name", "version") if info.get(key))
        return ""

    @cached_property
    def revision(self) -> str:
        """The revision of the protocol that was spoken; empty when nothing tells."""
        for result in self._results("initialize"):
            return str(result.get("protocolVersion", ""))
        for call in self.calls:
            if call.record.name != "server/discover" and (said := _said(call)):
                return said
        return next((said for call in self.calls if (said := _said(call))), "")

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that it offered last."""
        return tuple(self.listings[-1]) if self.listings else ()

    @cached_property
    def listings(self) -> tuple[Mapping[str, str], ...]:
        """Every list of its tools, each tool with a digest of all that is said of it.

        A list in pages is one list.
        """
        found: list[dict[str, str]] = []
        for call in self.calls:
            result = _result(call) if call.name == "tools/list" else None
            if result is None:
                continue
            tools = {str(tool["name"]): digest_of(tool) for tool in _tools(result)}
            if isinstance(call.request, Mapping) and call.request.get("cursor") and found:
                found[-1].update(tools)
            else:
                found.append(tools)
        return tuple(found)

    @cached_property
    def drifts(self) -> tuple[Drift, ...]:
        """Where a list of its tools differs from the one before."""
        pairs = zip(self.listings, self.listings[1:], strict=False)
        return tuple(_drift(before, after) for before, after in pairs if before != after)

    @cached_property
    def asked(self) -> Counter[str]:
        """What the agent asked beside tools, by method."""
        return Counter(call.name for call in self._talk("") if not _is_ceremony(call.name))

    @cached_property
    def asked_back(self) -> Counter[str]:
        """What the server asked or told the agent, by method."""
        return Counter(call.name for call in self._talk("server"))

    @cached_property
    def refused(self) -> tuple[tuple[str, str], ...]:
        """What it refused beside tools: the method, and why. Probing for its revision is no such thing."""
        answers = ((call.name, call.value) for call in self._talk("") if not _is_ceremony(call.name))
        return tuple(
            (name, str(said["error"].get("message", "")))
            for name, said in answers
            if isinstance(said, Mapping) and isinstance(said.get("error"), Mapping)
        )

    def _talk(self, purpose: str) -> list[TracedCall]:
        return [call for call in self.calls if call.kind is Kind.STATE and call.record.purpose == purpose]

    def _results(self, *methods: str) -> Iterable[Mapping[str, Any]]:
        results = (_result(call) for call in self.calls if call.name in methods)
        return (result for result in results if result is not None)


def servers_seen(calls: Iterable[TracedCall]) -> tuple[ServerSeen, ...]:
    """The servers in the order in which they were first spoken with."""
    found: dict[str, list[TracedCall]] = {}
    for call in calls:
        if call.record.via.startswith(MCP):
            found.setdefault(call.record.via.removeprefix(MCP), []).append(call)
    return tuple(ServerSeen(name, tuple(own)) for name, own in found.items())


def _result(call: TracedCall) -> Mapping[str, Any] | None:
    if call.kind is not Kind.STATE or not isinstance(call.value, Mapping):
        return None
    result = call.value.get("result")
    return result if isinstance(result, Mapping) else None


def _tools(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    tools = result.get("tools")
    return (
        [tool for tool in tools if isinstance(tool, Mapping) and "name" in tool]
        if isinstance(tools, list)
        else []
    )


def _said(call: TracedCall) -> str:
    """The revision that a request says it speaks."""
    found = _of_meta(call.request, "protocolVersion") if isinstance(call.request, Mapping) else None
    return str(found or "")


def _of_meta(told: Mapping[str, Any], key: str) -> Any:
    meta = told.get("_meta")
    return meta.get(f"io.modelcontextprotocol/{key}") if isinstance(meta, Mapping) else None


def _is_ceremony(method: str) -> bool:
    return method in ("initialize", "notifications/initialized", "server/discover", "tools/list", "ping")


def _drift(before: Mapping[str, str], after: Mapping[str, str]) -> Drift:
    return Drift(
        added=tuple(name for name in after if name not in before),
        gone=tuple(name for name in before if name not in after),
        changed=tuple(name for name in after if name in before and after[name] != before[name]),
    )
