"""Lock files and requirements: which package stands there at which version; nothing is installed or run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from agentprobe.errors import ConfigError

LARGEST_BYTES = 30_000_000
_REQUIREMENTS = re.compile(r"^(?:requirements|constraints)[\w.-]*\.(?:txt|in|lock)$", re.IGNORECASE)
_HASH = re.compile(r"\s--hash=\S+|\s+#.*$|\s*\\$")


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A package that a file asks for or locks."""

    name: str
    version: str = ""
    """The one version that it must be."""
    specifier: str = ""
    """What it may be where it is not one version."""
    line: int = 1
    by_address: bool = False
    """Is it taken from a path, a repository or a URL?"""


def is_lock(name: str) -> bool:
    """Does a file of this name lock versions, all of them?"""
    return (
        name in _LOCKS or name.endswith(".lock.txt") or name in ("requirements.lock", "requirements-lock.txt")
    )


def is_requirements(name: str) -> bool:
    """Is a file of this name a list of requirements?"""
    return bool(_REQUIREMENTS.match(name))


def read_packages(path: Path) -> tuple[Wanted, ...]:
    """What a lock file, a list of requirements or a pyproject.toml says; raises ConfigError."""
    try:
        reader = _LOCKS.get(path.name) or (requirements if is_requirements(path.name) else _by_ending(path))
        if reader is None:
            known = ", ".join(sorted(_LOCKS))
            raise ConfigError(f"{path} is no lock file that is known here: {known}, requirements*.txt")
        if path.stat().st_size > LARGEST_BYTES:
            raise ConfigError(f"{path} has more than {LARGEST_BYTES:,} bytes")
        return tuple(reader(path.read_text("utf-8")))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _by_ending(path: Path) -> Callable[[str], Iterator[Wanted]] | None:
    """The reader of a file that has been given another name: OLD.lock, before.json."""
    if path.name == "pyproject.toml":
        return pyproject
    raw = path.read_bytes()[:4096] if path.is_file() else b""
    if raw.lstrip().startswith(b"{"):
        return _pipfile if b'"_meta"' in raw else _package_lock
    if path.suffix in (".lock", ".toml"):
        return _toml_lock if b"[[package" in raw else requirements
    return requirements if path.suffix in (".txt", ".in") else None


def requirements(text: str) -> Iterator[Wanted]:
    """The lines of a list of requirements; options and includes are left out."""
    for number, line in enumerate(text.splitlines(), start=1):
        bare = _HASH.sub("", line).strip()
        if not bare or bare.startswith(("#", "-", "\\")):
            continue
        found = _wanted(bare, number)
        if found is not None:
            yield found


def _wanted(text: str, line: int) -> Wanted | None:
    try:
        asked = Requirement(text)
    except InvalidRequirement:
        return None
    pins = [
        one.version for one in asked.specifier if one.operator in ("==", "===") and "*" not in one.version
    ]
    return Wanted(
        name=canonicalize_name(asked.name),
        version=pins[0] if pins else "",
        specifier=str(asked.specifier),
        line=line,
        by_address=asked.url is not None,
    )


def pyproject(text: str) -> Iterator[Wanted]:
    """What a pyproject.toml asks for: of the standard, of dependency groups and of Poetry."""
    data = tomllib.loads(text)
    lines = text.splitlines()
    project = _table(data, "project")
    asked = [*_texts(project.get("dependencies"))]
    for group in (
        *_table(project, "optional-dependencies").values(),
        *_table(data, "dependency-groups").values(),
    ):
        asked += _texts(group)
    for one in asked:
        found = _wanted(one, _line(lines, one))
        if found is not None:
            yield found
    poetry = _table(data, "tool", "poetry")
    for table in (
        _table(poetry, "dependencies"),
        *(_table(one, "dependencies") for one in _table(poetry, "group").values()),
    ):
        for name, said in table.items():
            if name != "python":
                yield _of_poetry(name, said, lines)


def _of_poetry(name: str, said: Any, lines: list[str]) -> Wanted:
    version = (
        said if isinstance(said, str) else _table(said).get("version", "") if isinstance(said, dict) else ""
    )
    exact = re.fullmatch(r"={0,3}\s*(\d[\w.+!-]*)", version if isinstance(version, str) else "")
    by_address = isinstance(said, dict) and bool({"git", "path", "url"} & said.keys())
    return Wanted(
        name=canonicalize_name(name),
        version=exact[1] if exact else "",
        specifier=_caret(version) if isinstance(version, str) and not exact else "",
        line=_line(lines, name),
        by_address=by_address,
    )


def _caret(said: str) -> str:
    """Poetry's `^1.2` and `~1.2` as others write it: ">=1.2,<2"; "" for any version."""
    match = re.fullmatch(r"([\^~])\s*(\d+)(?:\.(\d+))?([\w.]*)", said.strip())
    if match is None:
        return "" if said.strip() == "*" else said
    major, minor = int(match[2]), int(match[3] or 0)
    low = said.strip()[1:].strip()
    if match[1] == "^" and major:
        return f">={low},<{major + 1}"
    return f">={low},<{major}.{minor + 1}"


def _table(data: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _texts(data: Any) -> list[str]:
    return [one for one in data if isinstance(one, str)] if isinstance(data, list) else []


def _line(lines: list[str], text: str) -> int:
    return next((number for number, line in enumerate(lines, start=1) if text in line), 1)


_LOCKED = re.compile(r'^\[\[packages?\]\]\s*\nname = "([^"\n]+)"\s*\nversion = "([^"\n]+)"', re.MULTILINE)
"""How uv, Poetry, PDM and the standard lock write each package; a TOML parser takes half a second for one."""


def _toml_lock(text: str) -> Iterator[Wanted]:
    for match in _LOCKED.finditer(text.replace("\r\n", "\n")):
        yield Wanted(name=canonicalize_name(match[1]), version=match[2])


def _pipfile(text: str) -> Iterator[Wanted]:
    data = msgspec.json.decode(text)
    for key in ("default", "develop"):
        for name, said in _table(data, key).items():
            version = _table(said).get("version", "")
            if isinstance(version, str) and version.startswith("=="):
                yield Wanted(name=canonicalize_name(name), version=version[2:])


def _package_lock(text: str) -> Iterator[Wanted]:
    data = msgspec.json.decode(text)
    for path, said in _table(data, "packages").items():
        version = _table(said).get("version")
        if path.startswith("node_modules/") and "/node_modules/" not in path[1:] and isinstance(version, str):
            yield Wanted(name=path.removeprefix("node_modules/"), version=version)
    if "packages" not in data:
        for name, said in _table(data, "dependencies").items():
            version = _table(said).get("version")
            if isinstance(version, str):
                yield Wanted(name=name, version=version)


_LOCKS: dict[str, Callable[[str], Iterator[Wanted]]] = {
    "uv.lock": _toml_lock,
    "poetry.lock": _toml_lock,
    "pdm.lock": _toml_lock,
    "pylock.toml": _toml_lock,
    "Pipfile.lock": _pipfile,
    "package-lock.json": _package_lock,
}
