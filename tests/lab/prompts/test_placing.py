"""Another version of a prompt in a copy of a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.errors import ConfigError
from agentprobe.lab.prompts.placing import copy_of, place
from agentprobe.lab.prompts.versions import Version
from agentprobe.scan.prompts.collect import collect


def texts(folder: Path) -> dict[str, str]:
    return {one.id: one.text for one in collect(folder).prompts}


def test_a_constant_in_code_gets_the_text(tmp_path: Path) -> None:
    code = "import os\n\nSYSTEM_PROMPT = (\n    'You are the desk '\n    'of a shop.'\n)  # é\nLATER = 1\n"
    (tmp_path / "a.py").write_text(code)
    new = "You are the 'other' desk,\nof \"lamps\"."
    place(Version(name="x", texts={"a.py#SYSTEM_PROMPT": new}), "a.py#SYSTEM_PROMPT", tmp_path)
    assert texts(tmp_path) == {"a.py#SYSTEM_PROMPT": new}
    assert "LATER = 1" in (tmp_path / "a.py").read_text()


def test_an_f_string_keeps_its_holes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('def ask(who):\n    system = f"You speak with {who}, be kind."\n')
    new = "You speak with {who}, be brief."
    place(Version(name="x", texts={"a.py#ask.system": new}), "a.py#ask.system", tmp_path)
    assert texts(tmp_path) == {"a.py#ask.system": new}


def test_of_a_revision_the_source_itself_is_taken(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder, text in ((here, "now"), (there, "then")):
        folder.mkdir()
        parts = f'["You are the desk of {text}.", "Be brief."]'
        (folder / "a.py").write_text(f'X = "{text}"\nSYSTEM_PROMPT = "\\n".join({parts})\n')
    version = Version(name="HEAD", texts=texts(there), tree=there)
    place(version, "a.py#SYSTEM_PROMPT", here)
    assert texts(here) == {"a.py#SYSTEM_PROMPT": "You are the desk of then.\nBe brief."}
    assert 'X = "now"' in (here / "a.py").read_text(), "the rest of the file stays"


def test_a_prompt_among_settings_needs_a_revision(tmp_path: Path) -> None:
    (tmp_path / "agent_config.json").write_text(
        '{"model": "m", "system_prompt": "You are the desk of a shop."}'
    )
    with pytest.raises(ConfigError, match="revisions"):
        place(
            Version(name="x", texts={"agent_config.json#system_prompt": "y"}),
            "agent_config.json#system_prompt",
            tmp_path,
        )


def test_a_copy_leaves_caches_out_and_shares_worlds(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".venv/bin").mkdir(parents=True)
    (project / "__pycache__").mkdir()
    (project / "a.py").write_text("")
    side = copy_of(project, tmp_path / "side")
    assert sorted(one.name for one in side.iterdir()) == [".agentprobe", ".venv", "a.py"]
    assert (side / ".agentprobe/worlds").resolve() == (project / ".agentprobe/worlds").resolve()
