"""Which version of a package of npm a script is written for: locked beside it, or asked for."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from agentprobe.errors import ConfigError
from agentprobe.scan.locks import read_packages
from agentprobe.scan.project import Project

_BASE = re.compile(r"\d+(?:\.\d+){0,2}")
_LARGEST = 1_000_000


class _Package(msgspec.Struct):
    dependencies: dict[str, str] | None = None
    development: dict[str, str] | None = msgspec.field(default=None, name="devDependencies")
    peers: dict[str, str] | None = msgspec.field(default=None, name="peerDependencies")


class Packages:
    """The packages of npm of every folder of a project."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, dict[str, tuple[str, bool, str]]] = {}

    def version(self, name: str, path: str) -> tuple[str, bool, str]:
        """A package's version where a script lies, whether it is locked, and the file that says it."""
        folder = path.rpartition("/")[0]
        asked = ("", False, "")
        while True:
            found = self._in(folder).get(name)
            if found is not None and found[1]:
                return found
            asked = asked if asked[0] or found is None else found
            if not folder:
                return asked
            folder = folder.rpartition("/")[0]

    def _in(self, folder: str) -> dict[str, tuple[str, bool, str]]:
        if folder not in self._known:
            self._known[folder] = {**self._asked(folder), **self._locked(folder)}
        return self._known[folder]

    def _asked(self, folder: str) -> dict[str, tuple[str, bool, str]]:
        file = self._root / folder / "package.json"
        try:
            if file.stat().st_size > _LARGEST:
                return {}
            told = msgspec.json.decode(file.read_bytes(), type=_Package)
        except (OSError, msgspec.DecodeError, RecursionError):
            return {}
        every = {**(told.peers or {}), **(told.development or {}), **(told.dependencies or {})}
        shown = f"{folder}/package.json" if folder else "package.json"
        return {
            name: (match[0], False, shown)
            for name, range_ in every.items()
            if (match := _BASE.search(range_)) is not None
        }

    def _locked(self, folder: str) -> dict[str, tuple[str, bool, str]]:
        file = self._root / folder / "package-lock.json"
        shown = f"{folder}/package-lock.json" if folder else "package-lock.json"
        try:
            wanted = read_packages(file) if file.is_file() else ()
        except ConfigError:
            return {}
        return {one.name: (one.version, True, shown) for one in wanted if one.version}


def packages(project: Project) -> Packages:
    """The packages of a project; worked out once."""
    if "npm packages" not in project.kept:
        project.kept["npm packages"] = Packages(project.root)
    found: Packages = project.kept["npm packages"]
    return found
