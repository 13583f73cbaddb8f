"""An MCP server is given secrets that are none of its business."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.scan.document import Document
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.mcp_servers import Server, servers_in, servers_in_code
from agentprobe.scan.module import Module, argument
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.servers import overshared
from agentprobe.scan.severity import Mode, Severity, Tier

_SECRET = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PAT|CREDENTIALS)(?:_|$)")
_TOLD = "one careless or hostile server reads every key that the agent has"


class EnvironmentOvershared(Rule):
    """An MCP server is started with the whole environment, or with another server's key.

    Finds: a server that is started with all of `os.environ`; a whole environment file handed to a server in a
    settings file; a key named after one server that is given to others too.

    Breaks: a server is somebody else's program. With the whole environment it holds the database password,
    the cloud keys and the model's key, and so does whoever gets it to run a command.

    Example:

        import os
        from mcp import StdioServerParameters

        weather = StdioServerParameters(command="weather-server", env={**os.environ})

    Instead:

        import os
        from mcp import StdioServerParameters

        weather = StdioServerParameters(
            command="weather-server", env={"WEATHER_KEY": os.environ["WEATHER_KEY"]}
        )

    False alarms: a server of the project's own code is trusted as the rest of it; it is told as a hint only.
    """

    code = "TOOL006"
    severity = Severity.MEDIUM
    mode = Mode.TOOL_CONTRACT
    triggers = ("environ",)

    def in_script(self, script: Script) -> Iterable[Finding]:
        for node in overshared(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(node),
                "an MCP server is given the whole environment",
                tier=Tier.PROVED,
                subject=script.name_of(script.function(node)) or "env",
                consequence=_TOLD,
                advice="hand it the variables that it needs, by name",
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for server in servers_in_code(module):
            given = _environment(server.node)
            if given is not None and _is_whole(module, given):
                own = server.command in ("python", "python3", "uv") or server.command.endswith(".py")
                named = server.name or server.command
                yield self.found(
                    module.place(given),
                    f"the MCP server {named} is given the whole environment",
                    tier=Tier.HINT if own else Tier.PROVED,
                    subject=named,
                    consequence=_TOLD,
                    advice="hand it the variables that it needs, by name",
                )

    def in_document(self, document: Document) -> Iterable[Finding]:
        servers = list(servers_in(document)) if document.kind in ("mcp", "claude") else []
        for server in servers:
            if any(word.partition("=")[0] == "--env-file" for word in server.arguments):
                yield self._file(server, server.place)
            for table in (("mcpServers",), ("servers",), ("mcp", "servers")):
                if isinstance(document.get(*table, server.name, "envFile"), str):
                    yield self._file(server, document.place(*table, server.name, "envFile"))
        yield from self._borrowed(servers)

    def _file(self, server: Server, place: Place) -> Finding:
        return self.found(
            place,
            f"the MCP server {server.name} is given a whole environment file",
            tier=Tier.INFERRED,
            subject=server.name,
            consequence=_TOLD,
            advice="hand it the variables that it needs, by name",
        )

    def _borrowed(self, servers: list[Server]) -> Iterator[Finding]:
        for server in servers:
            for name, place in server.environment:
                owner = _owner(name, servers)
                if owner is not None and owner.name != server.name and not _speaks_of(server, name):
                    yield self.found(
                        place,
                        f"the MCP server {server.name} is given {name}, which is {owner.name}'s",
                        tier=Tier.INFERRED,
                        subject=f"{server.name} {name}",
                        consequence=f"{server.name} can act as {owner.name}",
                        advice="take it out, or say in a comment what it is for",
                    )


def _owner(name: str, servers: list[Server]) -> Server | None:
    """The server after which a key is named, where that has it too."""
    if not _SECRET.search(name):
        return None
    return next(
        (
            one
            for one in servers
            if any(name == held for held, _ in one.environment) and _speaks_of(one, name)
        ),
        None,
    )


def _speaks_of(server: Server, name: str) -> bool:
    first = name.lower().split("_")[0]
    return len(first) > 2 and first in " ".join((server.name, server.command, *server.arguments)).lower()


def _environment(node: ast.AST | None) -> ast.expr | None:
    if isinstance(node, ast.Call):
        return argument(node, "env", 2)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return next((its for key, its in pairs if isinstance(key, ast.Constant) and key.value == "env"), None)
    return None


def _is_whole(module: Module, node: ast.expr, depth: int = 0) -> bool:
    """Is this all of `os.environ`, perhaps with something added?"""
    if depth > 5:
        return False
    if isinstance(node, ast.Dict):
        return any(
            key is None and _is_whole(module, item, depth + 1)
            for key, item in zip(node.keys, node.values, strict=True)
        )
    if isinstance(node, ast.BinOp):
        return _is_whole(module, node.left, depth + 1) or _is_whole(module, node.right, depth + 1)
    if isinstance(node, ast.Call):
        dotted = module.qualified(node.func)
        if dotted in ("os.environ.copy", "os.environ.items"):
            return True
        return (
            dotted in ("dict", "copy.copy", "copy.deepcopy")
            and bool(node.args)
            and _is_whole(module, node.args[0], depth + 1)
        )
    if isinstance(node, ast.Attribute) and module.qualified(node) == "os.environ":
        return True
    meant = module.value(node)
    return meant is not None and meant is not node and _is_whole(module, meant, depth + 1)
