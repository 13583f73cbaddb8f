"""What a module holds of models' answers by way of the other files of its project."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentprobe.scan.facts import Facts, Spoken
from agentprobe.scan.flows import called_name, calls_of
from agentprobe.scan.hearing import MOST_FOLLOWED, Hearing, called_here, with_path
from agentprobe.scan.module import Function, Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import reaching


def hearing_in(project: Project, path: str, *, given: bool = False) -> Hearing | None:
    """What is heard in a module with the functions of other files followed; None where it cannot be read."""
    kept: dict[tuple[str, bool], Hearing] = project.kept.setdefault("hearing", {})
    if (path, given) not in kept:
        module = project.module(path)
        facts = project.facts.get(path)
        if module is None or facts is None:
            return None
        kept[path, given] = Hearing(
            module,
            lambda function, name: _followed(project, facts, function, name, 0),
            callers=(lambda hears, function: _called_anywhere(project, hears, function)) if given else None,
        )
    return kept[path, given]


def _called_anywhere(
    project: Project, hears: Hearing, function: Function
) -> Iterator[tuple[Hearing, ast.Call]]:
    yield from called_here(hears, function)
    home = hears.module
    spot = home.path, home.qualname(function)
    callers = sorted({path for path, _ in reaching(project).callers.get(spot, ()) if path != home.path})
    for path in callers[:MOST_FOLLOWED]:
        there = hearing_in(project, path, given=True) if not is_test(path) else None
        for call in calls_of(there.module, function.name) if there is not None else ():
            if there is not None and _means(project, there.module, call, spot):
                yield there, call


def _means(project: Project, module: Module, call: ast.Call, spot: tuple[str, str]) -> bool:
    function = module.function(call)
    within = module.qualname(function) if function is not None else ""
    name = called_name(module, call)
    return spot in reaching(project).meant(project.facts[module.path], within, name)


def _followed(project: Project, facts: Facts, function: str, name: str, depth: int) -> list[Spoken]:
    found: list[Spoken] = []
    for path, qualname in reaching(project).meant(facts, function, name):
        home = project.facts[path]
        for one in home.speakers.get(qualname, ()):
            if one.api:
                found.append(one)
            elif depth < 4:
                inner = _followed(project, home, qualname, one.function, depth + 1)
                found += [with_path(each, one.path) for each in inner]
        if len(found) >= MOST_FOLLOWED:
            break
    return found[:MOST_FOLLOWED]


def that_hear(project: Project, *needed: str, given: bool = False) -> list[str]:
    """The files that call functions of other files that hand on what a model says (and one of `needed`).

    With `given` also those whose functions are called by what comes to call a model.
    """
    key = "files that hear or are told" if given else "files that hear"
    if key not in project.kept:
        project.kept[key] = [
            facts.path
            for facts in project.facts.values()
            if any(_hears(project, facts, *one) for one in _called(facts))
            or (given and _is_told(project, facts))
        ]
    found: list[str] = project.kept[key]
    if not needed:
        return found
    return [path for path in found if _calls_one(project.facts[path], needed)]


def _is_told(project: Project, facts: Facts) -> bool:
    """Is a function of a file called from another file, by one that comes to call a model?"""
    reach = reaching(project)
    return any(
        caller[0] != facts.path and caller in reach.model
        for function in facts.callers
        for caller in reach.callers.get((facts.path, function), ())
    )


def _calls_one(facts: Facts, needed: tuple[str, ...]) -> bool:
    return any(name in needed for called in facts.callers.values() for name in called)


def _called(facts: Facts) -> list[tuple[str, str]]:
    return [(function, name) for function, called in facts.callers.items() for name in called]


def _hears(project: Project, facts: Facts, function: str, name: str) -> bool:
    reach = reaching(project)
    return any(one[0] != facts.path and one in reach.model for one in reach.meant(facts, function, name))
