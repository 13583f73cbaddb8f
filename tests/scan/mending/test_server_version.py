"""A server is pinned to the version that the project has; no version is made up."""

from __future__ import annotations

import json
from collections.abc import Callable

Mend = Callable[..., str]
RULE = "unpinned-server"
LOCK = json.dumps({"packages": {"node_modules/@scope/server-files": {"version": "2025.8.21"}}})
SETTINGS = """\
{
  // the servers of this project
  "mcpServers": {
    "files": {"command": "npx", "args": ["-y", "@scope/server-files", "/data"]},
    "other": {"command": "npx", "args": ["-y", "@scope/server-other@latest"]}
  }
}
"""


def test_settings_name_the_version_of_the_lock_and_keep_their_comments(mended: Mend) -> None:
    after = mended(SETTINGS, RULE, of=".mcp.json", beside={"package-lock.json": LOCK})
    assert after == SETTINGS.replace('server-files"', 'server-files@2025.8.21"')


def test_code_names_the_version_that_is_installed(mended: Mend) -> None:
    code = """\
    from mcp import StdioServerParameters

    files = StdioServerParameters(command='npx', args=['-y', '@scope/server-files@latest', '/data'])
    """
    beside = {"node_modules/@scope/server-files/package.json": '{"version": "1.4.2"}'}
    assert "'@scope/server-files@1.4.2'" in mended(code, RULE, beside=beside)


def test_python_servers_are_pinned_by_the_lock_of_python(mended: Mend) -> None:
    toml = '[mcp_servers.time]\ncommand = "uvx"  # fetched\nargs = ["mcp-server-time"]\n'
    lock = '[[package]]\nname = "mcp-server-time"\nversion = "2026.1.2"\n'
    after = mended(toml, RULE, of="mcp.toml", beside={"uv.lock": lock})
    assert after == toml.replace("server-time", "server-time==2026.1.2")


def test_a_version_that_nothing_says_is_not_made_up(mended: Mend) -> None:
    assert mended(SETTINGS, RULE, of=".mcp.json") == SETTINGS
