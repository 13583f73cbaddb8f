"""What a settings file is for, by where it lies and what stands in it."""

from __future__ import annotations

import re
from typing import Any

_BY_PATH = (
    (re.compile(r"(?:^|/)langgraph\.json$"), "langgraph"),
    (re.compile(r"(?:^|/)agents\.ya?ml$"), "crewai"),
    (re.compile(r"(?:^|/)tasks\.ya?ml$"), "crewai"),
    (
        re.compile(
            r"(?:^|/)(?:\.?mcp\.jsonc?|mcp_config\.json|mcp_settings\.json|claude_desktop_config\.json)$"
        ),
        "mcp",
    ),
    (
        re.compile(
            r"(?:^|/)\.(?:cursor|vscode|windsurf|roo|kiro|gemini|amazonq)/(?:.*/)?(?:mcp|settings)\.json$"
        ),
        "mcp",
    ),
    (re.compile(r"(?:^|/)\.claude/settings(?:\.local)?\.json$"), "claude"),
    (re.compile(r"(?:^|/)\.codex/config\.toml$"), "mcp"),
    (re.compile(r"\.prompty$"), "prompty"),
    (re.compile(r"(?:^|/)\.well-known/agent(?:-card)?\.json$"), "a2a-card"),
    (re.compile(r"(?:^|/)agent[-_]card\.json$"), "a2a-card"),
    (re.compile(r"(?:^|/)agentprobe\.toml$"), "agentprobe"),
    (re.compile(r"(?:^|/)pyproject\.toml$"), "pyproject"),
    (re.compile(r"(?:^|/)package\.json$"), "package"),
    (re.compile(r"(?:^|/)\.env(?:\..*)?$|\.env$"), "env"),
    (re.compile(r"(?:^|/)(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$"), "compose"),
    (re.compile(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml$"), "workflow"),
    (re.compile(r"(?:^|/)promptfooconfig\.[a-z]+$"), "promptfoo"),
    (re.compile(r"(?:^|/)agent[-_]?config[\w.-]*\.(?:json|ya?ml|toml)$"), "agent-config"),
)
_SERVERS = ("mcpServers", "mcp_servers", "context_servers")
_SAMPLING = frozenset({"temperature", "top_p", "max_tokens", "max_output_tokens", "max_completion_tokens"})
_AGENT = frozenset(
    {"model", "system_prompt", "prompt", "instructions", "tools", "max_iterations", "max_steps"}
)


def kind_of_document(path: str, data: Any) -> str:
    """One of the kinds that `Document.kind` names; "" where nothing says."""
    for pattern, kind in _BY_PATH:
        if pattern.search(path):
            return kind
    return _by_data(data) if isinstance(data, dict) else ""


def _by_data(data: dict[Any, Any]) -> str:
    if any(isinstance(data.get(key), dict) for key in _SERVERS):
        return "mcp"
    if "agentspec_version" in data or data.get("component_type") in ("Agent", "Flow"):
        return "agent-spec"
    if "protocolVersion" in data and "skills" in data:
        return "a2a-card"
    if "graphs" in data and "dependencies" in data:
        return "langgraph"
    if _SAMPLING & data.keys() and _AGENT & data.keys():
        return "agent-config"
    sections = [value for value in data.values() if isinstance(value, dict)]
    if any(_SAMPLING & one.keys() for one in sections) and (_AGENT & data.keys() or len(sections) > 1):
        return "agent-config"
    return ""
