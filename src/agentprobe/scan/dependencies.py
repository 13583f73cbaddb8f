"""What a project depends on and at which version: locked, pinned, asked for, or installed beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from agentprobe.errors import ConfigError
from agentprobe.scan.finding import Place
from agentprobe.scan.locks import Wanted, is_lock, is_requirements, read_packages
from agentprobe.scan.project import Project


class How(StrEnum):
    """By what a version is known, the surest first."""

    LOCKED = "locked"
    PINNED = "pinned"
    INSTALLED = "installed"
    ASKED = "asked for"
    """Only a range is known, or nothing but the name."""


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A package that a project depends on."""

    name: str
    how: How
    place: Place
    version: str = ""
    specifier: str = ""
    by_address: bool = False

    @property
    def words(self) -> str:
        """The package with what is known of its version: "openai 2.54.0 (uv.lock)"."""
        where = self.place.path.rpartition("/")[2] or self.place.path
        if self.version:
            return f"{self.name} {self.version} ({where})"
        return f"{self.name} {self.specifier or 'at any version'} ({where})"

    def may_be(self, versions: str) -> bool:
        """Can a version of this range be installed, as far as is known?"""
        if not versions or not (self.version or self.specifier):
            return True
        try:
            wanted = SpecifierSet(versions)
            if self.version:
                return wanted.contains(self.version, prereleases=True)
            return _meet(SpecifierSet(self.specifier), wanted)
        except InvalidSpecifier:
            return True


def _meet(one: SpecifierSet, other: SpecifierSet) -> bool:
    """Do two ranges have a version in common? Tried at their ends, and a little around them."""
    ends = {each.version.removesuffix(".*") for each in (*one, *other)}
    tried = {"0.0.1", "9999"} | ends | {f"{end}.1" for end in ends} | {f"{end}.999" for end in ends}
    return any(_contains(one, version) and _contains(other, version) for version in tried)


def _contains(range_: SpecifierSet, version: str) -> bool:
    try:
        return range_.contains(version, prereleases=True)
    except ValueError:
        return False


@dataclass(kw_only=True)
class Dependencies:
    """The dependencies of every folder of a project."""

    folders: dict[str, dict[str, Dependency]] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    """Folders that have a lock file."""
    files: tuple[str, ...] = ()
    """The files that were read, from the root."""

    def find(self, name: str, path: str = "") -> Dependency | None:
        """What is known of a package where a file lies: the nearest folder that says its version."""
        asked: Dependency | None = None
        for folder in _upward(path.rpartition("/")[0]):
            found = self.folders.get(folder, {}).get(name)
            if found is not None and found.version:
                return found
            asked = asked or found
        return asked

    def is_locked(self, path: str) -> bool:
        """Is there a lock file in a file's folder or above it?"""
        return any(folder in self.locked for folder in _upward(path.rpartition("/")[0]))


def _upward(folder: str) -> Iterable[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def dependencies(project: Project) -> Dependencies:
    """The dependencies of a project; worked out once for it."""
    if "dependencies" not in project.kept:
        project.kept["dependencies"] = _read(project)
    found: Dependencies = project.kept["dependencies"]
    return found


def _read(project: Project) -> Dependencies:
    found: dict[str, dict[str, Dependency]] = {}
    locked: set[str] = set()
    files: list[str] = []
    homes = {folder for path in project.facts for folder in _upward(path.rpartition("/")[0])} | {""}
    for folder in sorted(homes):
        home = project.root / folder
        here: dict[str, Dependency] = {}
        for name in _names(home):
            path = f"{folder}/{name}" if folder else name
            try:
                wanted = read_packages(home / name)
            except ConfigError:
                continue
            files.append(path)
            if is_lock(name) or _hashed(name, wanted):
                locked.add(folder)
            for one in wanted:
                _keep(here, _dependency(path, name, one))
        for found_here in _installed(home, f"{folder}/.venv" if folder else ".venv"):
            _keep(here, found_here)
        if here:
            found[folder] = here
    return Dependencies(folders=found, locked=frozenset(locked), files=tuple(files))


def _names(home: Path) -> list[str]:
    try:
        names = [one.name for one in home.iterdir()]
    except OSError:
        return []
    return sorted(
        name for name in names if name == "pyproject.toml" or is_lock(name) or is_requirements(name)
    )


def _hashed(name: str, wanted: tuple[Wanted, ...]) -> bool:
    """Is a list of requirements a lock by what stands in it: everything at one version?"""
    return name.startswith("requirements") and len(wanted) > 3 and all(one.version for one in wanted)


def _dependency(path: str, file: str, wanted: Wanted) -> Dependency:
    how = How.LOCKED if is_lock(file) else How.PINNED if wanted.version else How.ASKED
    return Dependency(
        name=wanted.name,
        how=how,
        place=Place(path=path, line=wanted.line),
        version=wanted.version,
        specifier=wanted.specifier,
        by_address=wanted.by_address,
    )


def _keep(here: dict[str, Dependency], new: Dependency) -> None:
    order = tuple(How)
    known = here.get(new.name)
    if known is None or order.index(new.how) < order.index(known.how):
        here[new.name] = new


_METADATA = re.compile(r"^([A-Za-z0-9][\w.]*)-([0-9][\w.+!]*)\.dist-info$")


def _installed(home: Path, shown: str) -> Iterable[Dependency]:
    """The packages of the environment beside a project, by the names of their metadata folders."""
    for site in (*home.glob(".venv/lib/*/site-packages"), *home.glob(".venv/Lib/site-packages")):
        for folder in sorted(site.iterdir()):
            match = _METADATA.match(folder.name)
            if match:
                name = canonicalize_name(match[1])
                yield Dependency(name=name, how=How.INSTALLED, place=Place(path=shown), version=match[2])
