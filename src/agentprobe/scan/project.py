"""A project as rules see it: the facts of its files, its settings files, and modules on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from agentprobe.basis.clock import Clock, RealClock
from agentprobe.scan.document import Document
from agentprobe.scan.facts import Facts, ModelCall, PromptText, Tool, Value
from agentprobe.scan.module import Module
from agentprobe.scan.scripts.facts import ScriptFacts
from agentprobe.scan.text import Unreadable


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A file that was not scanned, and why; what was not scanned is not clean."""

    path: str
    why: str
    line: int = 1


@dataclass(kw_only=True)
class Project:
    """What was found in all files of a scan."""

    root: Path
    facts: Mapping[str, Facts]
    """By the file's path from the root."""
    scripts: Mapping[str, ScriptFacts] = field(default_factory=dict)
    """What files of TypeScript and JavaScript tell, by their paths."""
    documents: Sequence[Document] = ()
    prompts: Sequence[PromptText] = ()
    """Prompts that are files of their own."""
    open_module: Callable[[str], Module] | None = None
    clock: Clock = field(default_factory=RealClock)
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    """What rules have worked out together, by what it is."""
    lasting: dict[str, Any] = field(default_factory=dict, repr=False)
    """What may hold in the next scan too; whoever keeps something here sees to it that it does."""
    _opened: dict[str, Module | None] = field(default_factory=dict, repr=False)

    def module(self, path: str) -> Module | None:
        """A Python file of the scan, parsed; None where it is none or cannot be read."""
        if path not in self._opened:
            try:
                self._opened[path] = self.open_module(path) if self.open_module is not None else None
            except (Unreadable, OSError):
                self._opened[path] = None
        return self._opened[path]

    @cached_property
    def by_dotted(self) -> dict[str, Facts]:
        """Files by their dotted name."""
        return {one.dotted: one for one in self.facts.values() if one.dotted}

    def meant(self, dotted: str) -> tuple[Facts, str] | None:
        """The file that a dotted name lies in, and its name there: `shop.llm.client` -> (…, "client").

        Names that a file only imports on are followed to where they are made.
        """
        for _ in range(8):
            found = self._split(dotted)
            if found is None:
                return None
            facts, rest = found
            first, _, more = rest.partition(".")
            onward = facts.imports.get(first)
            if onward is None or first in facts.constants:
                return facts, rest
            dotted = f"{onward}.{more}" if more else onward
        return None

    def _split(self, dotted: str) -> tuple[Facts, str] | None:
        parts = dotted.split(".")
        for length in range(len(parts), 0, -1):
            home = ".".join(parts[:length])
            facts = self.by_dotted.get(home) or self._by_tail.get(home)
            if facts is not None:
                return facts, ".".join(parts[length:])
        return None

    @cached_property
    def _by_tail(self) -> dict[str, Facts]:
        """Files by the ends of their dotted names, where an end is one file's only; roots vary."""
        tails: dict[str, list[Facts]] = {}
        for dotted, facts in self.by_dotted.items():
            parts = dotted.split(".")
            for start in range(1, len(parts)):
                tails.setdefault(".".join(parts[start:]), []).append(facts)
        return {tail: found[0] for tail, found in tails.items() if len(found) == 1}

    def constant(self, dotted: str) -> Value | None:
        """The value of a name at the top of one of the project's files; None where it cannot be said."""
        found = self.meant(dotted)
        return found[0].constants.get(found[1]) if found is not None else None

    @property
    def model_calls(self) -> list[tuple[Facts, ModelCall]]:
        """Every call of a model, with the file it stands in."""
        return [(facts, call) for facts in self.facts.values() for call in facts.model_calls]

    @property
    def tools(self) -> list[tuple[Facts, Tool]]:
        """Every tool, with the file it stands in."""
        return [(facts, tool) for facts in self.facts.values() for tool in facts.tools]

    @property
    def is_agent(self) -> bool:
        """Does anything call a model or offer tools? Only such projects are asked for readiness."""
        return any(one.model_calls or one.tools for one in self.facts.values())
