"""The version of an MCP server that a project has tested, where its lock file or its folder says it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from agentprobe.errors import ConfigError
from agentprobe.scan.dependencies import How, dependencies
from agentprobe.scan.document import Document
from agentprobe.scan.finding import Edit, Fix, Place
from agentprobe.scan.locks import read_packages
from agentprobe.scan.mcp_servers import Server, servers_in, servers_in_code, unpinned
from agentprobe.scan.mending.setting import offset
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.reading import read_bytes
from agentprobe.scan.text import Unreadable

_FLOATS = re.compile(r"@(?:latest|next)$")


def pinning(project: Project, place: Place) -> Fix | None:
    """A fix that names the version of a server; None where nothing in the project knows it."""
    if place.path.endswith(".py"):
        module = project.module(place.path)
        server = _standing_at(place, list(servers_in_code(module))) if module is not None else None
        package, version = _known(project, server, place.path)
        if module is None or server is None or not version:
            return None
        return _in_code(module, server, package, version)
    document = next((one for one in project.documents if one.path == place.path), None)
    every = list(servers_in(document)) if document is not None else []
    server = _standing_at(place, every)
    package, version = _known(project, server, place.path)
    if document is None or server is None or not version:
        return None
    return _in_settings(document, server, every, package=package, version=version)


def _standing_at(place: Place, servers: list[Server]) -> Server | None:
    found = [one for one in servers if one.place == place]
    return found[0] if len(found) == 1 and not place.cell else None


def _known(project: Project, server: Server | None, path: str) -> tuple[str, str]:
    """What a server runs, and its version with what stands before it: "@1.2.3", "==1.2.3"; "" if unknown."""
    package = unpinned(server) if server is not None else ""
    name = _FLOATS.sub("", package)
    if server is None or not name or not re.fullmatch(r"@?[\w.-]+(?:/[\w.-]+)?", name):
        return package, ""
    words = {server.command.replace("\\", "/").rpartition("/")[2], *server.arguments}
    if words & {"docker", "podman"}:
        return package, ""
    if words & {"uvx", "uv", "pipx"}:
        told = dependencies(project).find(canonicalize_name(name), path)
        is_sure = told is not None and told.how in (How.LOCKED, How.PINNED, How.INSTALLED)
        return package, f"=={told.version}" if told is not None and is_sure and told.version else ""
    version = _of_npm(project.root, path.rpartition("/")[0], name)
    return package, f"@{version}" if version else ""


def _of_npm(root: Path, folder: str, name: str) -> str:
    """The version of a package that a folder, or one above it, has locked or installed."""
    while True:
        home = root / folder
        version = _locked(home / "package-lock.json", name) or _installed(home / "node_modules" / name)
        if version or not folder:
            return version
        folder = folder.rpartition("/")[0]


def _locked(lock: Path, name: str) -> str:
    try:
        packages = read_packages(lock)
    except ConfigError:
        return ""
    return next((one.version for one in packages if one.name == name and not one.by_address), "")


def _installed(folder: Path) -> str:
    try:
        data = msgspec.json.decode(read_bytes(folder / "package.json"))
    except (Unreadable, msgspec.DecodeError):
        return ""
    version = data.get("version") if isinstance(data, dict) else ""
    return version if isinstance(version, str) and re.fullmatch(r"\d[\w.+-]*", version) else ""


def _in_code(module: Module, server: Server, package: str, version: str) -> Fix | None:
    for node in ast.walk(server.node) if server.node is not None else ():
        if isinstance(node, ast.Constant) and node.value == package:
            start, end = module.span(node)
            at = module.text.raw.find(package.encode(), start, end)
            if at >= 0:
                return _fix(module.path, at, package, version)
    return None


def _in_settings(
    document: Document, server: Server, every: list[Server], *, package: str, version: str
) -> Fix | None:
    """The first mention of the package after the server's name, and before the next server's."""
    start = offset(document, server.place)
    later = [at for one in every if (at := offset(document, one.place)) > start]
    end = min(later, default=len(document.raw))
    word = re.compile(rb"(?<![\w@/.-])" + re.escape(package.encode()) + rb"(?![\w@/.:=-])")
    found = word.search(document.raw, start, end)
    return _fix(document.path, found.start(), package, version) if found else None


def _fix(path: str, at: int, package: str, version: str) -> Fix:
    name = _FLOATS.sub("", package)
    edit = Edit(path=path, start=at, end=at + len(package.encode()), text=name + version)
    return Fix(what=f"pin {name}{version}, which this project has", edits=(edit,))
