"""Scans of a few lines of code, as tests want them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from agentprobe.scan.engine import Scanned, scan
from agentprobe.scan.finding import Finding
from agentprobe.scan.rule import RULES

Scan = Callable[..., list[Finding]]


@pytest.fixture
def files(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Writes files of a project, given by their paths, and says where it lies."""

    def write(given: dict[str, str]) -> Path:
        for name, text in given.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def scanned(files: Callable[[dict[str, str]], Path]) -> Callable[..., Scanned]:
    """Scans files, given by their paths (or as one text, `agent.py`), by some rules."""

    def go(given: dict[str, str] | str, *names: str) -> Scanned:
        root = files({"agent.py": given} if isinstance(given, str) else given)
        rules = [RULES.get(name.replace("-", "_"))() for name in names] if names else None
        return scan(root, rules=rules)

    return go


@pytest.fixture
def found(scanned: Callable[..., Scanned]) -> Scan:
    """The findings of some rules in files: `found(code, "model-error-swallowed")`."""

    def go(given: dict[str, str] | str, *names: str) -> list[Finding]:
        return list(scanned(given, *names).findings)

    return go


@pytest.fixture
def fixed() -> Callable[[str, Finding], str]:
    """A text after a finding's fix: `fixed(code, finding)`."""

    def go(code: str, finding: Finding) -> str:
        assert finding.fix is not None
        raw = dedent(code).encode()
        for edit in sorted(finding.fix.edits, key=lambda one: one.start, reverse=True):
            raw = raw[: edit.start] + edit.text.encode() + raw[edit.end :]
        return raw.decode()

    return go
