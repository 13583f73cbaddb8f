"""An MCP server is started in whatever version is newest on the day."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.document import Document
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.mcp_servers import Server, servers_in, servers_in_code, unpinned
from agentprobe.scan.mending.server_version import pinning
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.servers import newest_servers
from agentprobe.scan.severity import Mode, Severity, Tier


class UnpinnedServer(Rule):
    """An MCP server is fetched from a registry without a version when the agent starts.

    Finds: `npx` and its like, `uvx`, `pipx run` and `docker run` with a package or image that has no version,
    `latest`, or a range; in the settings of MCP clients and in code.

    Breaks: the tools that the model is offered change with no change of yours: names, parameters and the
    texts that the model reads. A new version with other tools is a new agent that nobody has tested, and a
    package that was taken over runs with the agent's rights within the hour.

    Example:

        from mcp import StdioServerParameters

        files = StdioServerParameters(command="npx", args=["-y", "@scope/server-files", "/data"])

    Instead:

        from mcp import StdioServerParameters

        files = StdioServerParameters(
            command="npx", args=["-y", "@scope/server-files@2025.8.21", "/data"]
        )

    False alarms: a script or package that lies in the project is under its own version control.
    """

    code = "TOOL003"
    severity = Severity.MEDIUM
    mode = Mode.TOOL_CONTRACT
    fixes = "unsafe"
    triggers = ("npx", "bunx", "uvx", "pipx", "docker", "podman", "dlx", "uv")
    probe = Probe(
        faults=("tools_changed", "tool_renamed", "rug_pull"),
        expects="calls tools that are gone or changed",
        shows=(Sign.OBEYED, Sign.LEAKED, Sign.MISACTED, Sign.LIED),
    )

    def in_script(self, script: Script) -> Iterable[Finding]:
        for node, package in newest_servers(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(node),
                f"an MCP server runs {package} in whatever version is newest",
                tier=Tier.PROVED,
                subject=package,
                consequence="its tools and their texts may be others tomorrow, and nobody has tested those",
                advice=f"name the version that you have tested: {package.removesuffix('@latest')}@1.2.3",
            )

    def in_document(self, document: Document) -> Iterable[Finding]:
        if (
            document.kind in ("mcp", "claude", "agentprobe", "agent-config", "vscode")
            or "mcp" in document.path.lower()
        ):
            for server in servers_in(document):
                yield from self._told(server)

    def in_module(self, module: Module) -> Iterable[Finding]:
        if not is_test(module.path):
            for server in servers_in_code(module):
                yield from self._told(server)

    def mended(self, project: Project, finding: Finding) -> Fix | None:
        return pinning(project, finding.place)

    def _told(self, server: Server) -> Iterable[Finding]:
        package = unpinned(server)
        if package:
            named = f"the MCP server {server.name}" if server.name else "an MCP server"
            yield self.found(
                server.place,
                f"{named} runs {package} in whatever version is newest",
                tier=Tier.PROVED,
                subject=f"{server.name} {package}".strip(),
                consequence="its tools and their texts may be others tomorrow, and nobody has tested those",
                advice=f"name the version that you have tested: {_pinned(package, server.command)}",
            )


def _pinned(package: str, command: str) -> str:
    name = package.removesuffix("@latest").removesuffix(":latest")
    if "docker" in command or "podman" in command:
        return f"{name}@sha256:…"
    return f"{name}==1.2.3" if command.endswith(("uvx", "uv", "pipx")) else f"{name}@1.2.3"
