"""Agent libraries at any version."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "agent-deps-unpinned"
LOCK = '[[package]]\nname = "openai"\nversion = "2.54.0"\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "fastapi==0.1\nopenai\nlanggraph>=0.2\n"),
        ("pyproject.toml", '[project]\nname = "desk"\ndependencies = [\n  "openai>=1",\n  "langgraph",\n]\n'),
    ],
)
def test_open_ranges_without_a_lock_are_found_once_a_file(found: Scan, name: str, text: str) -> None:
    (finding,) = found({"a.py": "", name: text}, RULE)
    assert finding.place.path == name
    assert finding.place.line in (2, 4)
    assert "openai, langgraph" in finding.message


@pytest.mark.parametrize(
    "given",
    [
        {"requirements.txt": "openai==2.54.0\nlanggraph~=1.0.5\nanthropic<3\n"},
        {"requirements.txt": "openai\n", "uv.lock": LOCK},
        {"pyproject.toml": '[project]\ndependencies = ["openai>=1"]\n', "poetry.lock": LOCK},
        {"requirements.txt": "requests\nfastapi\nhttpx\n"},
        {
            "pyproject.toml": '[build-system]\nrequires = []\n[project]\nclassifiers = ["x"]\n'
            'dependencies = ["openai>=1"]\n'
            '[project.urls]\nHomepage = "x"\n'
        },
        {"sub/a.py": "", "sub/requirements.txt": "openai\n", "uv.lock": LOCK},
    ],
)
def test_pins_locks_other_packages_and_libraries_are_not(found: Scan, given: dict[str, str]) -> None:
    assert not found({"a.py": "", **given}, RULE)
