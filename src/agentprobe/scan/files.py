"""Which files of a project are scanned, and as what."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from agentprobe.errors import ConfigError

_NEVER = frozenset({
    ".git", ".hg", ".svn", ".venv", "venv", "env", "node_modules", "__pycache__", ".tox", ".nox",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", "site-packages", "dist", "build", ".next", ".agentprobe",
    ".venvs", ".eggs",
})  # fmt: skip
_DOCUMENTS = (".json", ".yaml", ".yml", ".toml", ".env")
_PROMPTS = (".prompt", ".prompty", ".jinja", ".jinja2", ".j2", ".md", ".txt", ".mdc")
_ROWS = (".csv", ".tsv", ".jsonl", ".ndjson", ".sql")
_FIXTURES = re.compile(
    r"(?:^|[/_.-])(?:fixtures?|seeds?|samples?|mocks?|testdata|test_data|evals?|golden|testset)(?:[/_.-])",
    re.IGNORECASE,
)
_PROMPT_NAMES = re.compile(
    r"prompt|instruction|system|persona|agents\.md|claude\.md|skill\.md|soul\.md|copilot"
    r"|\.claude/(?:agents|commands)/",
    re.IGNORECASE,
)


class Kind(StrEnum):
    """What a file is read as."""

    PYTHON = "python"
    NOTEBOOK = "notebook"
    SCRIPT = "typescript"
    DOCUMENT = "document"
    PROMPT = "prompt"


@dataclass(frozen=True, kw_only=True, order=True)
class Found:
    """A file to scan."""

    path: str
    """From the root, with slashes."""
    kind: Kind


def kind_of(path: str) -> Kind | None:
    """What a file is read as by its name; None where nobody reads it."""
    name = path.rpartition("/")[2].lower()
    ending = PurePosixPath(name).suffix
    if ending == ".py":
        return Kind.PYTHON
    if ending == ".ipynb":
        return Kind.NOTEBOOK
    if ending in (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts"):
        return None if name.endswith((".d.ts", ".min.js", ".bundle.js")) else Kind.SCRIPT
    if ending in _ROWS:
        return Kind.DOCUMENT if _FIXTURES.search(path) else None
    if (
        ending in _DOCUMENTS
        or name in (".env", "requirements.txt", "uv.lock", "poetry.lock")
        or name.startswith(".env.")
    ):
        return Kind.DOCUMENT
    if ending in _PROMPTS and (ending not in (".md", ".txt") or _PROMPT_NAMES.search(path)):
        return Kind.PROMPT
    return None


def files_in(root: Path, paths: Iterable[Path], exclude: Iterable[str] = ()) -> Iterator[Found]:
    """The files to scan under some paths, each once, in alphabetical order.

    In a git repository those that git knows or does not ignore; else all but environments and caches. Links
    are followed to files within the root, never to folders. Raises ConfigError where a path is not there.
    """
    skip = [re.compile(_as_pattern(one)) for one in exclude]
    seen: set[str] = set()
    names = _Names(root)
    for path in paths:
        if not path.exists():
            raise ConfigError(f"there is no {path} to scan")
        for one in [path] if path.is_file() else _under(path):
            name = names.of(one)
            if name is not None and name not in seen and not any(pattern.search(name) for pattern in skip):
                seen.add(name)
    for name in sorted(seen):
        kind = kind_of(name)
        if kind is not None:
            yield Found(path=name, kind=kind)


class _Names:
    """How files are named from the root; folders are looked up once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real = root.resolve()
        self._folders: dict[str, bool] = {}

    def of(self, path: Path) -> str | None:
        """A file's name; None for links that lead away or round in circles."""
        try:
            if not path.is_relative_to(self._root):
                return path.resolve(strict=True).relative_to(self._real).as_posix()
            folder = str(path.parent)
            if folder not in self._folders:
                self._folders[folder] = path.parent.resolve(strict=True).is_relative_to(self._real)
            if not self._folders[folder]:
                return None
            if path.is_symlink() and not path.resolve(strict=True).is_relative_to(self._real):
                return None
            return path.relative_to(self._root).as_posix()
        except (OSError, ValueError, RuntimeError):
            return None


def is_text(name: str) -> bool:
    """Is a file's name one that can be told? Names that are no UTF-8 are not."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _under(folder: Path) -> Iterator[Path]:
    known = _by_git(folder)
    if known:  # a folder that git ignores was named by somebody who wants it scanned
        yield from (path for path in known if path.is_file())
        return
    for home, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in _NEVER and not one.endswith(".egg-info"))
        yield from (Path(home, name) for name in names)


def _by_git(folder: Path) -> list[Path] | None:
    command = ["git", "-C", str(folder), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        told = subprocess.run(command, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    names = [os.fsdecode(name) for name in told.stdout.split(b"\0") if name]
    return [folder / name for name in names if not _NEVER & set(name.split("/")[:-1])]


def _as_pattern(glob: str) -> str:
    """A glob as a pattern: `*` within a folder, `**` through folders; a name alone means it anywhere."""
    body = re.escape(glob.strip("/")).replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return rf"(?:^|/){body}(?:/|$)"
