"""A second look at files that call models which other files make."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from agentprobe.scan.effective.calls import Linked, layers_of
from agentprobe.scan.facts import Facts, ModelCall
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.gather import gathered
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.project import Project
from agentprobe.scan.rule import Rule


def second_look(project: Project, rules: Iterable[Rule]) -> list[Finding]:
    """What rules of single files find once it is known which calls are calls of models.

    `get_model().invoke(…)` says by itself nothing of models; the file that has `get_model` does. Files with
    such calls are read again with that knowledge, and their facts in the project are replaced.
    """
    waiting = [facts for facts in project.facts.values() if facts.maybe_calls]
    if not waiting:
        return []
    linked = Linked(layers_of(project))
    told = [(facts, found) for facts in waiting if (found := _linked(linked, facts))]
    chosen = list(rules)
    findings = [one for facts, found in told for one in _again(project, facts, found, chosen)]
    if told:
        project.kept.clear()  # what was worked out from the facts as they were
    return findings


def _linked(linked: Linked, facts: Facts) -> dict[Place, ModelCall]:
    found: dict[Place, ModelCall] = {}
    for call in facts.maybe_calls:
        asked = linked.asked(facts, call)
        if asked is not None:
            found[call.place] = msgspec.structs.replace(call, api=asked.api.name)
    return found


def _again(
    project: Project, facts: Facts, found: dict[Place, ModelCall], rules: list[Rule]
) -> Iterable[Finding]:
    module = project.module(facts.path)
    if module is None:
        return
    module.kept.clear()
    known = model_calls(module)
    for node in module.calls:
        call = found.get(module.place(node))
        if call is not None:
            known.setdefault(node, call)
    for rule in rules:
        yield from rule.in_module(module)
    assert isinstance(project.facts, dict)
    project.facts[facts.path] = gathered(module)
