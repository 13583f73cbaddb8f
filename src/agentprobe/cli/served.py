"""The tools of running servers, for commands that scan them: `--mcp COMMAND` and `--mcp URL`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from agentprobe.errors import ConfigError
from agentprobe.mcp.listing import list_tools
from agentprobe.mcp.server import name_of
from agentprobe.scan.facts import Tool
from agentprobe.scan.served import served_tools


def tools_served(servers: Iterable[str]) -> tuple[Tool, ...]:
    """The tools of some servers, each given as a command line or an address; no tool is called."""
    return tuple(tool for server in servers for tool in _of(server))


def _of(server: str) -> tuple[Tool, ...]:
    if server.startswith(("http://", "https://")):
        listed = list_tools(url=server)
        return served_tools(listed.name or server, listed.tools)
    try:
        command = shlex.split(server)
    except ValueError as error:
        raise ConfigError(f"cannot read the command `{server}`: {error}") from error
    if not command:
        raise ConfigError("--mcp needs the command that starts a server, or its address")
    listed = list_tools(command)
    return served_tools(listed.name or name_of(command), listed.tools)
