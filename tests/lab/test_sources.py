"""A digest changes with what decides how code behaves, and with nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from agentprobe.errors import ConfigError
from agentprobe.lab.sources import Sources

FILES = {
    "agent.py": "import tools\nfrom pkg.inner import thing\nfrom pkg import other\nPROMPT = 'system.txt'\n",
    "tools.py": "import json\nimport deeper\n",
    "deeper.py": "x = 1\n",
    "pkg/__init__.py": "",
    "pkg/inner.py": "from . import beside\nthing = 1\n",
    "pkg/beside.py": "y = 1\n",
    "pkg/other.py": "z = 1\n",
    "prompts/system.txt": "be kind",
    "unrelated.py": "import nothing_of_ours\n",
    "notes.md": "remember",
    "agent.js": "const tools = require('./lib/tools');\nread('system.txt')\n",
    "lib/tools.js": "module.exports = 1\n",
}
DECISIVE = [
    "agent.py",
    "tools.py",
    "deeper.py",
    "pkg/__init__.py",
    "pkg/inner.py",
    "pkg/beside.py",
    "pkg/other.py",
    "prompts/system.txt",
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def digest(project: Path) -> str:
    return Sources(project).of_reference("agent:run")


@pytest.mark.parametrize("name", DECISIVE)
def test_what_the_agent_reaches_is_part_of_it(project: Path, name: str) -> None:
    before = digest(project)
    path = project / name
    path.write_text(path.read_text() + "\n# more\n")
    assert digest(project) != before


@pytest.mark.parametrize("name", ["unrelated.py", "notes.md", "agent.js", "new.py"])
def test_what_it_does_not_reach_is_not(project: Path, name: str) -> None:
    before = digest(project)
    (project / name).write_text("changed")
    assert digest(project) == before


def test_what_it_writes_while_it_runs_is_not(project: Path) -> None:
    (project / "agent.py").write_text("LOG = 'agent.log'\nSTATE = 'state.sqlite'\n")
    before = digest(project)
    (project / "agent.log").write_text("ran")
    (project / "state.sqlite").write_text("ran")
    assert digest(project) == before


def test_a_command_consists_of_the_scripts_it_names_and_what_they_name(project: Path) -> None:
    words = ["node", "agent.js", "{prompt}"]
    before = Sources(project).of_words(words)
    (project / "lib" / "tools.js").write_text("module.exports = 2\n")
    between = Sources(project).of_words(words)
    (project / "prompts" / "system.txt").write_text("be brief")
    assert len({before, between, Sources(project).of_words(words)}) == 3


def test_a_word_too_long_for_a_files_name_names_none(project: Path) -> None:
    sources = Sources(project)
    assert sources.of_words(["node", "agent.js", "-e", "x" * 5000]) == sources.of_words(["node", "agent.js"])


@pytest.mark.parametrize("pattern", ["/etc/*", ""])
def test_a_pattern_that_cannot_be_one_is_named(project: Path, pattern: str) -> None:
    with pytest.raises(ConfigError, match=f"'{re.escape(pattern)}' among an agent's files"):
        Sources(project).of_reference("agent:run", [pattern])


def test_what_lies_outside_the_project_is_no_part_of_it(project: Path) -> None:
    (project.parent / "beside.md").write_text("not ours")
    sources = Sources(project)
    assert sources.of_reference("agent:run", ["../*.md"]) == sources.of_reference("agent:run")


def test_further_files_can_be_named_by_pattern(project: Path) -> None:
    before = Sources(project).of_reference("agent:run", ["*.md"])
    (project / "notes.md").write_text("forget")
    assert Sources(project).of_reference("agent:run", ["*.md"]) != before


def test_code_that_cannot_be_parsed_counts_by_its_bytes(project: Path) -> None:
    (project / "agent.py").write_text("def (")
    before = digest(project)
    (project / "agent.py").write_text("def ((")
    assert digest(project) != before


def test_the_folders_own_place_does_not_matter(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.copytree(project, elsewhere)
    assert digest(elsewhere) == digest(project)
