"""Scans of a few lines of TypeScript."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from agentprobe.scan.engine import Scanned
from agentprobe.scan.finding import Finding
from agentprobe.scan.scripts.script import Script

OPENAI = """\
import OpenAI from "openai";
const openai = new OpenAI({ timeout: 30_000, maxRetries: 1 });
"""
"""What most examples begin with: a client with a deadline."""

Find = Callable[..., list[Finding]]


@pytest.fixture
def ts(scanned: Callable[..., Scanned]) -> Find:
    """The findings of some rules in TypeScript, `ts(code, "error-as-answer")`, after the usual client."""

    def go(code: str, *names: str, path: str = "src/agent.ts", client: str = OPENAI) -> list[Finding]:
        found = scanned({path: dedent(client) + dedent(code)}, *names)
        assert not found.broken
        return list(found.findings)

    return go


@pytest.fixture
def script() -> Callable[[str], Script]:
    """A few lines, parsed."""

    def go(code: str, path: str = "agent.ts") -> Script:
        return Script(path, dedent(code).encode())

    return go
