"""Which version of a package holds where a file lies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agentprobe.scan.dependencies import How, dependencies
from agentprobe.scan.engine import Scanned

Scan = Callable[..., Scanned]
LOCK = '[[package]]\nname = "openai"\nversion = "2.54.0"\n'


def test_a_lock_goes_before_what_is_asked_for(scanned: Scan) -> None:
    project = scanned(
        {"a.py": "", "pyproject.toml": '[project]\ndependencies = ["openai>=1"]\n', "uv.lock": LOCK}
    ).project
    found = dependencies(project).find("openai", "a.py")
    assert found is not None
    assert (found.how, found.version, found.words) == (How.LOCKED, "2.54.0", "openai 2.54.0 (uv.lock)")
    assert dependencies(project).is_locked("a.py")


def test_the_nearest_folder_that_says_a_version_holds(scanned: Scan) -> None:
    files = {
        "uv.lock": LOCK,
        "one/a.py": "",
        "one/requirements.txt": "openai==1.3.0\n",
        "two/b.py": "",
        "two/requirements.txt": "openai>=1\n",
    }
    known = dependencies(scanned(files).project)
    one, two = known.find("openai", "one/a.py"), known.find("openai", "two/b.py")
    assert one is not None
    assert two is not None
    assert (one.version, two.version) == ("1.3.0", "2.54.0")


def test_what_is_installed_beside_the_project_is_known_by_its_metadata(
    files: Callable[..., Path], scanned: Scan
) -> None:
    files({".venv/lib/python3.11/site-packages/langgraph-1.0.5.dist-info/METADATA": "Name: langgraph\n"})
    found = dependencies(scanned({"a.py": ""}).project).find("langgraph", "a.py")
    assert found is not None
    assert (found.how, found.version) == (How.INSTALLED, "1.0.5")


def test_a_range_tells_which_rows_may_hold(scanned: Scan) -> None:
    project = scanned({"a.py": "", "requirements.txt": "langgraph>=1.0,<1.0.6\nopenai\n"}).project
    asked = dependencies(project).find("langgraph", "a.py")
    loose = dependencies(project).find("openai", "a.py")
    assert asked is not None
    assert loose is not None
    assert asked.may_be("<1.0.6")
    assert not asked.may_be(">=1.1.4")
    assert loose.may_be(">=1.1.4")


def test_a_list_of_pins_only_is_a_lock(scanned: Scan) -> None:
    pins = "openai==2.54.0\nhttpx==0.28.1\nanyio==4.4.0\nidna==3.7\n"
    assert dependencies(scanned({"a.py": "", "requirements.txt": pins}).project).is_locked("a.py")
    assert not dependencies(scanned({"b.py": "", "requirements.txt": "openai\n"}).project).is_locked("b.py")


def test_a_broken_file_says_nothing(scanned: Scan) -> None:
    project = scanned({"a.py": "", "pyproject.toml": "[["}).project
    assert dependencies(project).find("openai", "a.py") is None
