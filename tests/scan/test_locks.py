"""Lock files and lists of requirements, in all the ways they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.errors import ConfigError
from agentprobe.scan.locks import Wanted, is_lock, is_requirements, pyproject, read_packages, requirements


def test_requirements_say_pins_ranges_and_lines() -> None:
    text = (
        "# agents\nopenai==2.54.0\nlanggraph>=1.0,<2  # graphs\n-r more.txt\ncrewai[tools]~=0.80\n\n"
        "not a requirement !!\n"
    )
    assert list(requirements(text)) == [
        Wanted(name="openai", version="2.54.0", specifier="==2.54.0", line=2),
        Wanted(name="langgraph", specifier="<2,>=1.0", line=3),
        Wanted(name="crewai", specifier="~=0.80", line=5),
    ]


def test_hashes_and_line_ends_of_pip_compile_are_left_out() -> None:
    text = (
        "openai==2.54.0 \\\n    --hash=sha256:abc\nhttpx==0.28.1 ; python_version > '3.8' \\\n"
        "    --hash=sha256:def\n"
    )
    assert [(one.name, one.version) for one in requirements(text)] == [
        ("openai", "2.54.0"),
        ("httpx", "0.28.1"),
    ]


def test_a_wildcard_is_no_pin_and_an_address_is_told() -> None:
    loose, address = requirements("openai==2.*\nmine @ git+https://example.com/mine.git\n")
    assert not loose.version
    assert address.by_address


def test_pyproject_is_read_with_groups_and_poetry() -> None:
    text = """
[project]
dependencies = ["openai>=1.3"]
[project.optional-dependencies]
graphs = ["langgraph==1.0.5"]
[dependency-groups]
dev = ["anthropic", {include-group = "more"}]
[tool.poetry.dependencies]
python = "^3.11"
crewai = "^0.80"
litellm = {version = "1.70.0", extras = ["proxy"]}
local = {path = "../local"}
"""
    found = {one.name: one for one in pyproject(text)}
    assert found["openai"].specifier == ">=1.3"
    assert found["langgraph"].version == "1.0.5"
    assert "anthropic" in found
    assert found["crewai"].specifier == ">=0.80,<0.81"
    assert found["litellm"].version == "1.70.0"
    assert found["local"].by_address
    assert "python" not in found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", (
            'version = 1\n\n[[package]]\nname = "openai"\nversion = "2.54.0"\n'
            'source = { registry = "x" }\n'
        )),
        ("poetry.lock", '[[package]]\nname = "openai"\nversion = "2.54.0"\ndescription = "x"\n'),
        ("pdm.lock", '[[package]]\r\nname = "openai"\r\nversion = "2.54.0"\r\n'),
        ("pylock.toml", '[[packages]]\nname = "openai"\nversion = "2.54.0"\n'),
        ("Pipfile.lock", '{"_meta": {}, "default": {"openai": {"version": "==2.54.0"}}, "develop": {}}'),
        ("package-lock.json", '{"packages": {"": {}, "node_modules/openai": {"version": "2.54.0"},'
                              ' "node_modules/x/node_modules/openai": {"version": "1.0.0"}}}'),
        ("requirements.lock", "openai==2.54.0\n"),
        ("OLD.lock", '[[package]]\nname = "openai"\nversion = "2.54.0"\n'),
        ("before.json", '{"_meta": {}, "default": {"openai": {"version": "==2.54.0"}}}'),
    ],
)  # fmt: skip
def test_every_lock_format_says_the_same(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, newline="")
    assert [(one.name, one.version) for one in read_packages(path)] == [("openai", "2.54.0")]


def test_what_is_no_lock_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG")
    with pytest.raises(ConfigError, match="no lock file"):
        read_packages(path)
    with pytest.raises(ConfigError):
        read_packages(tmp_path / "uv.lock")


def test_broken_files_are_refused_and_never_crash(tmp_path: Path) -> None:
    for name, raw in (("Pipfile.lock", b"{"), ("pyproject.toml", b"[["), ("uv.lock", b"\xff\xfe")):
        path = tmp_path / name
        path.write_bytes(raw)
        with pytest.raises(ConfigError):
            read_packages(path)


def test_names_tell_locks_and_requirements() -> None:
    assert is_lock("uv.lock")
    assert is_lock("requirements.lock")
    assert not is_lock("requirements.txt")
    assert is_requirements("requirements-dev.txt")
    assert not is_requirements("notes.txt")
