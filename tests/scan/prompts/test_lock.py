"""The lock of prompts: what is written is read again, and reviews stay with what was reviewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.errors import ConfigError
from agentprobe.scan.finding import Place
from agentprobe.scan.prompts.drift import Change, drifted
from agentprobe.scan.prompts.lock import Lock, Review, locked, read_lock, write_lock
from agentprobe.scan.prompts.prompt import Prompt

ANN = Review(by="Ann", on="2026-11-28", reason="shorter answers were asked for")


def prompt(text: str, id: str = "a.py#SYSTEM") -> Prompt:
    return Prompt(id=id, text=text, role="system", place=Place(path="a.py"), variables=("name",))


@pytest.mark.parametrize("text", ["You are.", "a\n\n b\t\"'\\ \x7f \u2028é\n", "\\ud800", "''' \"\"\" #"])
def test_what_is_written_is_read_again(tmp_path: Path, text: str) -> None:
    lock = locked([prompt(text), prompt("two", "b.py#X")], Lock(), review=ANN)
    write_lock(tmp_path / "agentprobe.lock", lock)
    assert read_lock(tmp_path / "agentprobe.lock") == lock


def test_a_changed_prompt_loses_its_review_until_it_is_reviewed_again() -> None:
    first = locked([prompt("one")], Lock(), review=ANN)
    second = locked([prompt("two")], first)
    (entry,) = second.entries
    assert (entry.was, entry.reviewed_by) == (first.entries[0].digest, "")
    assert second.reviewed(entry.id, entry.was, entry.digest) is None
    third = locked([prompt("two")], second, review=ANN)
    assert third.reviewed(entry.id, entry.was, entry.digest) is not None
    assert third.reviewed(entry.id, "another digest", entry.digest) is None
    assert locked([prompt("two")], third) == third


def test_a_review_is_no_review_of_what_has_not_changed() -> None:
    before = locked([prompt("one"), prompt("b", "b")], Lock())
    after = locked([prompt("two"), prompt("b", "b")], before, review=ANN)
    assert [one.reviewed_by for one in after.entries] == ["Ann", ""]


def test_secrets_are_not_kept() -> None:
    secret = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0k1L2"
    (entry,) = locked([prompt(f"Use the key {secret} for it.")], Lock()).entries
    assert secret not in entry.text
    assert not drifted(Lock(entries=(entry,)), [prompt(f"Use the key {secret} for it.")])


def test_what_has_become_of_prompts_is_told() -> None:
    lock = locked(
        [prompt("same", "s"), prompt("one\ntwo", "c"), prompt("old", "g"), prompt("moved", "m")], Lock()
    )
    now = [prompt("same", "s"), prompt("one\n2", "c"), prompt("moved", "n"), prompt("fresh", "f")]
    found = {one.id: one for one in drifted(lock, now)}
    assert {name: one.change for name, one in found.items()} == {
        "c": Change.CHANGED,
        "f": Change.NEW,
        "g": Change.GONE,
        "n": Change.MOVED,
    }
    assert found["c"].diff[1:] == (" one", "-two", "+2")
    assert found["n"].was_id == "m"


@pytest.mark.parametrize(
    "text", ["<<<<<<< HEAD\n", "format = 9\n", "format = 1\n[[prompt]]\nid = 3\n", "[[["]
)
def test_a_lock_that_cannot_be_read_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "agentprobe.lock").write_text(text)
    with pytest.raises(ConfigError, match=r"agentprobe\.lock"):
        read_lock(tmp_path / "agentprobe.lock")
