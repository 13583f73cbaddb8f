"""Every example in the README and the guide is true: it is run, page by page, as a reader would run it.

A fence may say more behind its language: `file=NAME` puts the block into the page's folder, `exit=N` expects
that exit code, `skip=REASON` is for what cannot run in a test and says why.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs" / "guide").glob("*.md")])
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = {"python", "console", "bash", "sh"}


@dataclass(frozen=True)
class Block:
    language: str
    options: dict[str, str]
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text()
    return [
        Block(
            found[1],
            dict(word.split("=", 1) for word in shlex.split(found[2]) if "=" in word),
            found[3],
            text[: found.start()].count("\n") + 1,
        )
        for found in FENCE.finditer(text)
    ]


def commands(block: Block) -> list[str]:
    """What a reader would type: the lines after `$`, or the whole block."""
    if block.language != "console":
        return [block.text]
    return [line[2:] for line in block.text.splitlines() if line.startswith("$ ")]


def environment(folder: Path) -> dict[str, str]:
    scripts = str(Path(sys.executable).parent)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AGENTPROBE_", "OPENAI_"))
    }
    return {**kept, "PATH": f"{scripts}:{os.environ['PATH']}", "HOME": str(folder), "COLUMNS": "100"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        where = f"{page.name}, line {block.line}"
        if "file" in block.options:
            target = tmp_path / block.options["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text)
        elif block.language in RUN and "skip" not in block.options:
            for command in commands(block):
                words = (
                    [sys.executable, "-c", command]
                    if block.language == "python"
                    else ["bash", "-ec", command]
                )
                done = subprocess.run(
                    words,
                    cwd=tmp_path,
                    env=environment(tmp_path),
                    capture_output=True,
                    text=True,
                    timeout=300,
                )
                said = f"{where}: {command}\n{done.stdout}\n{done.stderr}"
                assert done.returncode == int(block.options.get("exit", "0")), said


def test_every_command_has_its_guide_page() -> None:
    names = {path.stem for path in (ROOT / "src/agentprobe/cli/commands").glob("[a-z]*.py")}
    pages = {path.stem for path in (ROOT / "docs/guide").glob("*.md")}
    assert names <= pages


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "ARCHITECTURE.md", *(ROOT / "docs").rglob("*.md")]:
        prose = FENCE.sub("", page.read_text())
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", prose):
            if not re.match(r"[a-z]+:", target):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
