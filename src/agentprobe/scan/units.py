"""The programs of a project: what lies under one list of dependencies, since a repository may hold many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentprobe.scan.facts import Effect, Facts, ModelCall, PromptText, Tool
from agentprobe.scan.finding import Place
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test

_ROOTS = ("pyproject.toml", "requirements.txt", "setup.py", "langgraph.json", "agentprobe.toml", "Pipfile")
_CHATS = frozenset(
    {"streamlit", "gradio", "chainlit", "nicegui", "textual", "prompt_toolkit", "discord", "telegram"}
)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One program: its files, without its tests."""

    folder: str
    """From the root of the scan; "" for the root itself."""
    facts: tuple[Facts, ...]

    @property
    def calls(self) -> list[ModelCall]:
        """Its calls of models, in the order of files and lines."""
        return [call for one in self.facts for call in one.model_calls]

    @property
    def tools(self) -> list[Tool]:
        """Its tools."""
        return [tool for one in self.facts for tool in one.tools]

    @property
    def writing_tools(self) -> list[Tool]:
        """Its tools that change the world, as far as code and names tell."""
        return [tool for tool in self.tools if tool.effect is Effect.WRITE]

    @property
    def prompts(self) -> list[PromptText]:
        """What it tells models."""
        return [prompt for one in self.facts for prompt in one.prompts]

    @property
    def roots(self) -> frozenset[str]:
        """The packages that it imports."""
        return frozenset(root for one in self.facts for root in one.roots)

    @property
    def called(self) -> Mapping[str, Facts]:
        """Every dotted name that is called in it, and a file that calls it."""
        return {name: one for one in self.facts for names in one.callers.values() for name in names}

    @property
    def is_chat(self) -> bool:
        """Does a person sit before it, so that an unsure agent is seen at once?"""
        return bool(_CHATS & self.roots) or "input" in self.called

    @property
    def place(self) -> Place:
        """Where to say what the whole program lacks: at its first call of a model, else at its first tool."""
        places = [one.place for one in self.calls] + [one.place for one in self.tools]
        return places[0] if places else Place(path=self.folder or ".")


def units(project: Project) -> tuple[Unit, ...]:
    """The programs of a project that have to do with models; worked out once for a scan."""
    if "units" not in project.kept:
        project.kept["units"] = _units(project)
    found: tuple[Unit, ...] = project.kept["units"]
    return found


def _units(project: Project) -> tuple[Unit, ...]:
    known: dict[str, str] = {}
    files: dict[str, list[Facts]] = {}
    for path, facts in sorted(project.facts.items()):
        if not is_test(path):
            files.setdefault(_folder(project, path.rpartition("/")[0], known), []).append(facts)
    made = (Unit(folder=folder, facts=tuple(found)) for folder, found in files.items())
    return tuple(unit for unit in made if unit.calls or unit.tools)


def _folder(project: Project, home: str, known: dict[str, str]) -> str:
    """The nearest folder at or above one that names dependencies; the root where none does."""
    if home not in known:
        here = project.root / home
        if not home or any((here / name).is_file() for name in _ROOTS):
            known[home] = home
        else:
            known[home] = _folder(project, home.rpartition("/")[0], known)
    return known[home]
