"""A file that is read, changed and written back."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import json
from pathlib import Path

from filelock import FileLock
from langchain_core.tools import tool

STORE = Path("memory.json")
"""


def test_a_tool_that_does_both_is_found(found: Scan) -> None:
    code = """
@tool
def remember(fact: str) -> str:
    facts = json.loads(STORE.read_text())
    facts.append(fact)
    STORE.write_text(json.dumps(facts))
"""
    (finding,) = found(HEAD + code, "read-modify-write")
    assert (finding.place.line, finding.tier) == (14, Tier.PROVED)
    assert "STORE" in finding.message


def test_a_loader_and_a_saver_are_followed(found: Scan) -> None:
    code = """
def load():
    with open(STORE) as file:
        return json.load(file)

def save(facts):
    with open(STORE, "w") as file:
        json.dump(facts, file)

@tool
def remember(fact: str) -> str:
    facts = load()
    facts.append(fact)
    save(facts)
"""
    (finding,) = found(HEAD + code, "read-modify-write")
    assert (finding.place.line, finding.tier) == (15, Tier.PROVED)
    assert "STORE" in finding.message


def test_a_lock_keeps_them_apart(found: Scan) -> None:
    code = """
@tool
def remember(fact: str) -> str:
    with FileLock("memory.lock"):
        facts = json.loads(STORE.read_text())
        STORE.write_text(json.dumps([*facts, fact]))
"""
    assert not found(HEAD + code, "read-modify-write")


def test_a_script_is_alone(found: Scan) -> None:
    code = """
def main():
    facts = json.loads(STORE.read_text())
    STORE.write_text(json.dumps([*facts, "fact"]))
"""
    assert not found(HEAD + code, "read-modify-write")


def test_two_files_are_two_files(found: Scan) -> None:
    code = """
@tool
def render(name: str) -> str:
    text = Path("template.md").read_text()
    Path("out.md").write_text(text.replace("x", name))
"""
    assert not found(HEAD + code, "read-modify-write")


def test_what_is_only_added_to_is_not_rewritten(found: Scan) -> None:
    code = """
@tool
def remember(fact: str) -> str:
    old = STORE.read_text()
    with open(STORE, "a") as file:
        file.write(fact)
    return old
"""
    assert not found(HEAD + code, "read-modify-write")
