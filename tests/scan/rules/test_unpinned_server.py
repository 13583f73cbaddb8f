"""An MCP server that is started in whatever version is newest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.documents import read_document
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.mcp_servers import Server, unpinned
from agentprobe.scan.rules.unpinned_server import UnpinnedServer
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]


def _package(line: str) -> str:
    command, *given = line.split()
    return unpinned(Server(name="a", place=Place(path="a"), command=command, arguments=tuple(given)))


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("npx -y @scope/server /data", "@scope/server"),
        ("npx -y server@latest", "server@latest"),
        ("npx -y server@^1.2.0", "server@^1.2.0"),
        ("npx --package=@scope/server run-it", "@scope/server"),
        ("cmd /c npx -y server", "server"),
        ("pnpm dlx server", "server"),
        ("uvx mcp-server-git --repository a", "mcp-server-git"),
        ("uvx --from git+https://example.org/a/b serve", "git+https://example.org/a/b"),
        ("uv tool run mcp-server-git", "mcp-server-git"),
        ("docker run -i --rm -e TOKEN mcp/github", "mcp/github"),
        ("docker run --rm -v /a:/b ghcr.io/x/y:latest", "ghcr.io/x/y:latest"),
    ],
)
def test_a_package_without_a_version_is_found(line: str, package: str) -> None:
    assert _package(line) == package


@pytest.mark.parametrize(
    "line",
    [
        "npx -y @scope/server@2025.8.21 /data",
        "npx ./build/index.js",
        "node build/index.js",
        "uvx mcp-server-git==0.6.2",
        "uvx mcp-server-git@0.6.2",
        "uvx --from git+https://example.org/a/b@1f2e3d serve",
        "uv run server.py",
        "python -m server",
        "docker run -i mcp/github:1.2",
        "docker run -i localhost:5000/mcp@sha256:0123",
        "docker compose up",
    ],
)
def test_a_version_or_a_file_of_the_project_is_not(line: str) -> None:
    assert not _package(line)


def test_settings_are_told_by_their_line() -> None:
    raw = b"""{"mcpServers": {
    "files": {"command": "npx", "args": ["-y", "server-files"]},
    "own": {"command": "node", "args": ["a.js"]}
    }}"""
    document = read_document(".mcp.json", raw)
    assert document is not None
    (finding,) = UnpinnedServer().in_document(document)
    assert (finding.place.line, finding.tier) == (2, Tier.PROVED)
    assert "files" in finding.message


def test_code_is_read_as_settings_are(found: Scan) -> None:
    code = """
    from langchain_mcp_adapters.client import MultiServerMCPClient

    client = MultiServerMCPClient(
        {
            "time": {"command": "uvx", "args": ["mcp-server-time"], "transport": "stdio"},
            "own": {"command": "python", "args": ["server.py"], "transport": "stdio"},
        }
    )
    """
    (finding,) = found(code, "unpinned-server")
    assert (finding.place.line, finding.subject) == (6, "time mcp-server-time")
