"""An MCP server that is given secrets that are none of its business."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.documents import read_document
from agentprobe.scan.finding import Finding
from agentprobe.scan.rules.environment_overshared import EnvironmentOvershared
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import os

from mcp import StdioServerParameters
"""


def test_the_whole_environment_is_found(found: Scan) -> None:
    code = """
weather = StdioServerParameters(command="weather-server", env={**os.environ, "A": "1"})
"""
    (finding,) = found(HEAD + code, "environment-overshared")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "weather" in finding.message


def test_a_copy_behind_a_name_is_followed(found: Scan) -> None:
    code = """
given = os.environ.copy()
weather = StdioServerParameters(command="npx", args=["-y", "weather@1.2.0"], env=given)
"""
    (finding,) = found(HEAD + code, "environment-overshared")
    assert (finding.place.line, finding.tier) == (7, Tier.PROVED)
    assert "weather" in finding.message


def test_variables_by_name_are_not(found: Scan) -> None:
    code = """
weather = StdioServerParameters(command="weather-server", env={"KEY": os.environ["KEY"]})
"""
    assert not found(HEAD + code, "environment-overshared")


def test_one_variable_that_is_read_is_not(found: Scan) -> None:
    code = """
weather = StdioServerParameters(command="weather-server", env={"KEY": os.environ.get("KEY", "")})
"""
    assert not found(HEAD + code, "environment-overshared")


def test_another_servers_key_is_found_in_settings() -> None:
    raw = b"""{"mcpServers": {
      "github": {"command": "github-mcp", "env": {"GITHUB_TOKEN": "x"}},
      "weather": {"command": "weather", "env": {"GITHUB_TOKEN": "x", "WEATHER_KEY": "y"}}
    }}"""
    document = read_document(".mcp.json", raw)
    assert document is not None
    (finding,) = EnvironmentOvershared().in_document(document)
    assert (finding.place.line, finding.subject) == (3, "weather GITHUB_TOKEN")
