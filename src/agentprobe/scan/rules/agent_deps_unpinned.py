"""The libraries that an agent stands on may change under it at any installation."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from agentprobe.errors import ConfigError
from agentprobe.scan.defaults import shipped
from agentprobe.scan.dependencies import dependencies
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.locks import Wanted, is_lock, is_requirements, read_packages
from agentprobe.scan.project import Project
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier

_NO_AGENT = frozenset(
    {"httpx", "httpx2", "requests", "aiohttp", "boto3", "tenacity", "backoff", "stamina", "langchain-core"}
)
_MORE = frozenset({
    "langchain-core", "langchain-community", "pydantic-ai", "autogen-ext", "pyautogen", "ag2",
    "google-generativeai",
    "llama-index", "instructor", "langsmith", "crewai-tools", "browser-use", "fastmcp", "agno", "haystack-ai",
    "semantic-kernel", "openai-swarm", "guidance", "langfuse",
})  # fmt: skip


class AgentDepsUnpinned(Rule):
    """A project asks for the libraries of its agent at any version, and locks none.

    Finds: requirements and pyproject files of an application that name agent libraries without an upper
    bound, where no lock file lies in the folder or above it.

    Breaks: the next image is built with other versions. These libraries change what a program does where it
    says nothing: LangGraph's limit of steps went from 25 to 10,000 in 1.0.6.

    Example:

        # pyproject.toml
        [project]
        name = "desk"
        dependencies = ["openai", "langgraph>=0.2"]

    Instead:

        # pyproject.toml
        [project]
        name = "desk"
        dependencies = ["openai==2.54.0", "langgraph==1.2.24"]

    False alarms: a library that is published gives ranges on purpose; its own lock file is enough.
    """

    code = "OPS002"
    severity = Severity.LOW
    mode = Mode.OPERATIONS

    def in_project(self, project: Project) -> Iterable[Finding]:
        known = dependencies(project)
        for path in known.files:
            name = path.rpartition("/")[2]
            if (
                is_lock(name)
                or known.is_locked(path)
                or not (name == "pyproject.toml" or is_requirements(name))
            ):
                continue
            try:
                wanted = read_packages(project.root / path)
            except ConfigError:
                continue
            loose = [one for one in wanted if is_of_agents(one.name) and _is_loose(one)]
            if loose and not (name == "pyproject.toml" and _is_library(project, path)):
                yield self._of(path, loose)

    def _of(self, path: str, loose: list[Wanted]) -> Finding:
        names = list(dict.fromkeys(one.name for one in loose))
        told = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        return self.found(
            Place(path=path, line=loose[0].line),
            f"{told} may come at any newer version, and no lock file holds them",
            tier=Tier.PROVED,
            subject=path,
            consequence="the next installation may bring other limits, timeouts and retries",
            advice="commit a lock file (uv lock, poetry lock, pip-compile), or pin them with ==",
        )


def is_of_agents(name: str) -> bool:
    """Is a distribution one that calls models or runs agents?"""
    return (
        (name in shipped().by_package and name not in _NO_AGENT)
        or name in _MORE
        or name.startswith("langchain-")
    )


def _is_loose(one: Wanted) -> bool:
    if one.version or one.by_address:
        return False
    try:
        kinds = {each.operator for each in SpecifierSet(one.specifier)}
    except InvalidSpecifier:
        return False
    return not kinds & {"<", "<=", "~=", "==", "==="}


def _is_library(project: Project, path: str) -> bool:
    """Is a project published for others to depend on, as its classifiers and addresses say?"""
    try:
        text = (project.root / path).read_text("utf-8", "replace")
    except OSError:
        return True
    return "[build-system]" in text and any(
        word in text for word in ("classifiers", "\nlicense", "[project.urls]")
    )
