"""Which functions of a project come to call a model, and which run when a tool is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from agentprobe.scan.facts import Facts
from agentprobe.scan.project import Project

Spot = tuple[str, str]
"""A function: the file's path and its qualified name there."""


_MOST_ALIKE = 12
"""Of how many methods with one name each may be meant."""


class Reach:
    """The calls between the functions of a project, and what can be come to by them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[str, tuple[Spot, ...]] = {}
        self._first: set[str] = set()
        self._below: Mapping[Spot, list[Spot]] = {}
        self._by_method: Mapping[str, tuple[Spot, ...]] = {}
        self.calls: dict[Spot, set[Spot]] = {}
        """The functions that each calls, as far as they were followed."""
        self.may_call: dict[Spot, set[Spot]] = {}
        """These, and those that have the name of a method that is called of something unknown."""
        self.callers: dict[Spot, set[Spot]] = defaultdict(set)
        self._link()
        self.asks = frozenset(
            (facts.path, call.function) for facts, call in project.model_calls if call.function
        )
        """The functions that call a model themselves."""
        self.model = closure(self.asks, self.callers)
        """The functions that come to call a model."""
        tools = ((facts.path, tool.function) for facts, tool in project.tools if tool.function)
        self.tools = frozenset(tools)
        self.in_tools = closure(self.tools, self.calls)
        """The functions that run when some tool is called."""

    def _link(self) -> None:
        """Follow the names that are called; in the next scan they mean the same unless names have changed."""
        shape = _shape(self.project)
        known = self.project.lasting.get("links")
        if known is not None and known[0] == shape:
            (
                self._known,
                self._first,
                self._below,
                self._by_method,
                self.calls,
                self.may_call,
                self.callers,
            ) = known[1]
            return
        self._first |= {part for dotted in self.project.by_dotted for part in dotted.split(".")}
        self._below, self._by_method = self._subclasses(), self._methods()
        for facts in self.project.facts.values():
            for function, called in facts.callers.items():
                sure = {spot for name in called for spot in self.targets(facts, function, name)}
                guessed = {spot for name in called for spot in self.guesses(name)}
                self.calls[facts.path, function] = sure
                self.may_call[facts.path, function] = sure | guessed
        for caller, targets in self.may_call.items():
            for one in targets:
                self.callers[one].add(caller)
        links = (
            self._known,
            self._first,
            self._below,
            self._by_method,
            self.calls,
            self.may_call,
            self.callers,
        )
        self.project.lasting["links"] = shape, links

    def targets(self, facts: Facts, function: str, name: str) -> tuple[Spot, ...]:
        """The functions that `name`, called in a function of a file, may mean; empty: none of ours."""
        if name.startswith("self."):
            owner, _, method = function.partition(".")
            return self._method(facts, owner, name[5:], 0) if method and name.count(".") == 1 else ()
        if name in facts.callers or name in facts.functions:
            return ((facts.path, name),)
        if name.partition(".")[0] not in self._first:
            return ()
        if name not in self._known:
            self._known[name] = self._named(name)
        return self._known[name]

    def comes_to_model(self, facts: Facts, function: str, name: str) -> bool:
        """Does `name`, called in a function of a file, mean a function that comes to call a model?"""
        return any(spot in self.model for spot in self.meant(facts, function, name))

    def meant(self, facts: Facts, function: str, name: str) -> tuple[Spot, ...]:
        """The functions that `name` means there, or else those that it may mean by a method's name."""
        return self.targets(facts, function, name) or self.guesses(name)

    def guesses(self, name: str) -> tuple[Spot, ...]:
        """The project's methods that "?.name" may mean; empty where there are many or none."""
        return self._by_method.get(name[2:], ()) if name.startswith("?.") else ()

    def _methods(self) -> dict[str, tuple[Spot, ...]]:
        found: dict[str, list[Spot]] = defaultdict(list)
        for facts in self.project.facts.values():
            for name in facts.functions:
                owner, _, method = name.rpartition(".")
                if owner in facts.bases:
                    found[method].append((facts.path, name))
        return {method: tuple(spots) for method, spots in found.items() if len(spots) <= _MOST_ALIKE}

    def _named(self, name: str) -> tuple[Spot, ...]:
        meant = self.project.meant(name)
        if meant is None or not meant[1]:
            return ()
        facts, rest = meant
        if rest in facts.functions:
            return ((facts.path, rest),)
        if rest in facts.bases:
            return self._method(facts, rest, "__init__", 0)
        owner, _, method = rest.rpartition(".")
        return self._method(facts, owner, method, 0) if owner in facts.bases else ()

    def _method(self, facts: Facts, owner: str, method: str, depth: int) -> tuple[Spot, ...]:
        """A method by its class: its own or a base's, and those of classes below that have their own."""
        below = tuple(
            (path, f"{child}.{method}")
            for path, child in self._below.get((facts.path, owner), ())
            if f"{child}.{method}" in self.project.facts[path].functions
        )
        own = f"{owner}.{method}"
        if own in facts.functions:
            return ((facts.path, own), *below)
        for base in facts.bases.get(owner, ()) if depth < 6 else ():
            home = self._class(facts, base)
            found = self._method(home[0], home[1], method, depth + 1) if home is not None else ()
            if found:
                return tuple(dict.fromkeys((*found, *below)))
        return below

    def _class(self, facts: Facts, dotted: str) -> tuple[Facts, str] | None:
        if dotted in facts.bases:
            return facts, dotted
        if dotted.partition(".")[0] not in self._first:
            return None
        meant = self.project.meant(dotted)
        return meant if meant is not None and meant[1] in meant[0].bases else None

    def _subclasses(self) -> Mapping[Spot, list[Spot]]:
        found: dict[Spot, list[Spot]] = defaultdict(list)
        for facts in self.project.facts.values():
            for owner, bases in facts.bases.items():
                for base in bases:
                    home = self._class(facts, base)
                    if home is not None:
                        found[home[0].path, home[1]].append((facts.path, owner))
        return found


def _shape(project: Project) -> list[tuple[object, ...]]:
    """All that the meaning of names depends on."""
    return [
        (one.path, one.dotted, one.callers, one.functions, one.bases, one.imports, tuple(one.constants))
        for one in project.facts.values()
    ]


def closure(start: Iterable[Spot], edges: Mapping[Spot, Iterable[Spot]], most: int = 12) -> frozenset[Spot]:
    """All that can be come to from `start` along `edges` in at most `most` steps."""
    found = set(start)
    edge = set(found)
    for _ in range(most):
        edge = {after for one in edge for after in edges.get(one, ())} - found
        if not edge:
            break
        found |= edge
    return frozenset(found)


def reaching(project: Project) -> Reach:
    """The calls between a project's functions; worked out once for a scan."""
    if "reaching" not in project.kept:
        project.kept["reaching"] = Reach(project)
    kept: Reach = project.kept["reaching"]
    return kept
