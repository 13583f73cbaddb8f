"""Puts another version of a prompt into a copy of a project, and leaves all else as it is."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

from agentprobe.errors import ConfigError
from agentprobe.lab.prompts.versions import Version
from agentprobe.scan.files import Kind, kind_of
from agentprobe.scan.module import Module, parse_module
from agentprobe.scan.prompt_texts import prompt_nodes
from agentprobe.scan.prompts.collect import named
from agentprobe.scan.text import Unreadable

_LEFT = (
    ".git", ".agentprobe", "__pycache__", "*.pyc", ".venv", "venv", "env", "node_modules", ".mypy_cache",
    ".ruff_cache", ".pytest_cache", ".tox", ".nox",
)  # fmt: skip
_LINKED = (".venv", "venv", "env", "node_modules")
"""What is large and the same for all versions."""


def copy_of(project: Path, into: Path) -> Path:
    """A copy of a project whose environments and worlds are those of the project itself."""
    shutil.copytree(project, into, symlinks=True, ignore=shutil.ignore_patterns(*_LEFT))
    worlds = project / ".agentprobe" / "worlds"
    worlds.mkdir(parents=True, exist_ok=True)
    (into / ".agentprobe").mkdir()
    for name in (*_LINKED, ".agentprobe/worlds"):
        if (project / name).is_dir():
            (into / name).symlink_to(project / name, target_is_directory=True)
    return into


def place(version: Version, prompt: str, side: Path) -> None:
    """Give a prompt of a copied project its text in a version; raises ConfigError where that fails."""
    path = prompt.partition("#")[0]
    file = side / path
    kind = kind_of(path)
    if kind is Kind.PYTHON:
        file.write_bytes(_with_prompt(version, prompt, path, file.read_bytes()))
    elif version.tree is not None and (version.tree / path).is_file():
        file.write_bytes((version.tree / path).read_bytes())
    elif kind is Kind.PROMPT and "#" not in prompt:
        file.write_text(version.texts[prompt], encoding="utf-8")
    else:
        raise ConfigError(
            f"'{prompt}' stands among other settings of {path}; compare revisions of it, such as HEAD~1 and ."
        )


def _with_prompt(version: Version, prompt: str, path: str, raw: bytes) -> bytes:
    module, node = _found(prompt, path, raw)
    if version.tree is not None:
        theirs, other = _found(prompt, path, (version.tree / path).read_bytes())
        start, end = theirs.span(other)
        source = theirs.text.raw[start:end].decode(theirs.text.encoding)
    else:
        source = _as_source(version.texts[prompt], node, prompt)
    start, end = module.span(node)
    put = f"({source})".encode(module.text.encoding, "backslashreplace")
    return raw[:start] + put + raw[end:]


def _found(prompt: str, path: str, raw: bytes) -> tuple[Module, ast.expr]:
    try:
        module = parse_module(path, raw, "")
    except Unreadable as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    pairs = prompt_nodes(module)
    for one, (node, _) in zip(named([text for _, text in pairs]), pairs, strict=True):
        if one.id == prompt:
            return module, node
    raise ConfigError(f"there is no prompt '{prompt}' in {path}; see: agentprobe prompts show")


def _as_source(text: str, node: ast.expr, prompt: str) -> str:
    """A text as Python source of the kind that stands there now."""
    if isinstance(node, ast.Constant):
        return repr(text)
    source = f"f{text!r}"
    try:
        ast.parse(source, mode="eval")
    except SyntaxError as error:
        raise ConfigError(
            f"'{prompt}' is put together by code; compare revisions of it, such as HEAD~1 and ."
        ) from error
    if not isinstance(node, ast.JoinedStr):
        raise ConfigError(
            f"'{prompt}' is put together by code; compare revisions of it, such as HEAD~1 and ."
        )
    return source
