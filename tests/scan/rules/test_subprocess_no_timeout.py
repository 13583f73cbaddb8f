"""A tool that waits for a process without limit."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]


def test_a_tool_that_runs_a_command_is_found_and_gets_a_limit(found: Scan, fixed: Callable[..., str]) -> None:
    code = """
import subprocess
from langchain_core.tools import tool

@tool
def shell(command: str) -> str:
    "Run it."
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout
"""
    (finding,) = found(code, "subprocess-no-timeout")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    after = fixed(code, finding)
    assert "text=True, timeout=120)" in after
    assert not found(after, "subprocess-no-timeout")


def test_a_function_that_a_tool_comes_to_is_found(found: Scan) -> None:
    inner = """
    import subprocess

    def run(command):
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        return process.communicate()[0]
    """
    code = """
    from agents import function_tool
    from desk.commands import run

    @function_tool
    def shell(command: str) -> str:
        return run(command)
    """
    (finding,) = found({"desk/commands.py": inner, "desk/tools.py": code}, "subprocess-no-timeout")
    assert (finding.place.path, finding.place.line, finding.tier) == ("desk/commands.py", 6, Tier.INFERRED)


def test_what_no_tool_runs_and_what_is_killed_or_limited_is_not(found: Scan) -> None:
    code = """
    import subprocess
    from langchain_core.tools import tool

    def build():
        subprocess.run(["make"], check=True)

    @tool
    def shell(command: str) -> str:
        "Run it."
        process = subprocess.Popen(command)
        try:
            return process.communicate(timeout=5)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0]
    """
    assert not found(code, "subprocess-no-timeout")
