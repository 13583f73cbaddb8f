"""Which agent a finding is about, and at which of its calls a fault must strike to say anything of it."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agentprobe.lab.settings import AgentSettings, Experiment
from agentprobe.scan.facts import Facts
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.project import Project

MOST_FILES = 2_000


@dataclass(frozen=True)
class Concerning:
    """The files of a scan beside the agents that can be run."""

    project: Project
    experiment: Experiment

    def why_not(self, finding: Finding, agent: str) -> str:
        """Why runs of an agent say nothing about a finding; empty where they do."""
        path, settings = finding.place.path, self.experiment.agents[agent]
        entry = self._entry(settings)
        if path in self.project.scripts and (entry is not None or settings.call is not None):
            return f"the agent '{agent}' is Python, and {path} is not"
        if path not in self.project.facts or entry is None:
            return ""  # settings and prompts belong to whoever reads them
        if path not in self._used_by(entry):
            return f"the agent '{agent}' does not import {path}"
        own, others = self._function(agent), self._functions_of_others(agent)
        around = self.functions_around(finding.place)
        if any(name in others for name in around) and own not in around:
            return f"it stands in another agent's function than that of '{agent}'"
        return ""

    def tools(self, finding: Finding) -> tuple[str, ...]:
        """The tools that a finding stands in; none where it stands in no tool."""
        facts = self.project.facts.get(finding.place.path)
        if facts is None:
            return ()
        around = self.functions_around(finding.place)
        return tuple(dict.fromkeys(tool.name for tool in facts.tools if tool.function in around))

    def functions_around(self, place: Place) -> tuple[str, ...]:
        """The qualified names of the functions that a place of a Python file stands in."""
        module = self.project.module(place.path)
        if module is None or place.cell:
            return ()
        return tuple(
            name for name, node in module.by_qualname.items() if _first(node) <= place.line <= _last(node)
        )

    # -- where an agent begins ----------------------------------------------------------------------------

    def _entry(self, agent: AgentSettings) -> Facts | None:
        """The file that an agent begins in; None where nobody can say."""
        if agent.call is not None:
            return self._of_dotted(agent.call.partition(":")[0])
        named = [word for text in agent.command for word in (text, *_words(text)) if word.endswith(".py")]
        return next((found for word in named if (found := self._of_file(word))), None)

    def _of_dotted(self, dotted: str) -> Facts | None:
        name = dotted.replace(".", "/")
        return self._of_file(f"{name}.py") or self._of_file(f"{name}/__init__.py")

    def _of_file(self, word: str) -> Facts | None:
        path = (self.experiment.folder / word).resolve()
        root = Path(self.project.root).resolve()
        if not path.is_relative_to(root):
            return None
        return self.project.facts.get(path.relative_to(root).as_posix())

    def _function(self, agent: str) -> str:
        call = self.experiment.agents[agent].call
        return call.partition(":")[2] if call is not None else ""

    def _functions_of_others(self, agent: str) -> frozenset[str]:
        names = (self._function(other) for other in self.experiment.agents if other != agent)
        return frozenset(name for name in names if name)

    # -- what it imports ------------------------------------------------------------------------------------

    def _used_by(self, entry: Facts) -> frozenset[str]:
        """The files of the scan that an agent comes to by imports, its own among them."""
        seen = {entry.path: entry}
        waiting = [entry]
        while waiting and len(seen) < MOST_FILES:
            for facts in self._imported(waiting.pop()):
                if facts.path not in seen:
                    seen[facts.path] = facts
                    waiting.append(facts)
        return frozenset(seen)

    def _imported(self, facts: Facts) -> Iterator[Facts]:
        by_dotted = self.project.by_dotted
        for dotted in _with_parents(facts.imports.values()):
            if dotted in by_dotted:
                yield by_dotted[dotted]


def _with_parents(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        parts = name.split(".")
        yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return []


def _first(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min((one.lineno for one in node.decorator_list), default=node.lineno)


def _last(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return node.end_lineno or node.lineno
