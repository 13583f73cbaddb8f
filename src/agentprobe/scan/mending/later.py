"""Fixes that take more than one file to know, put to the findings of a scan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec.structs import replace

from agentprobe.scan.finding import Finding
from agentprobe.scan.looking import Broken, asked_of_project
from agentprobe.scan.notebooks import without_fix
from agentprobe.scan.project import Project
from agentprobe.scan.rule import Rule, overridden


def with_fixes(
    project: Project, rules: Iterable[Rule], findings: Sequence[Finding]
) -> tuple[list[Finding], list[Broken]]:
    """Findings with the fixes of the rules that look further, none in notebooks; and what failed of those."""
    later = {rule.code: rule for rule in rules if overridden(type(rule), "mended")}
    found: list[Finding] = []
    broken: list[Broken] = []
    for given in findings:
        edits = given.fix.edits if given.fix is not None else ()
        one = without_fix(given) if any(edit.path.endswith(".ipynb") for edit in edits) else given
        rule = later.get(one.code)
        if rule is None or one.fix is not None or one.place.cell:
            found.append(one)
            continue
        told, bugs = asked_of_project(rule.name, partial(_mended, rule, project, one))
        found.append(told[0] if told else one)
        broken += bugs
    return found, broken


def _mended(rule: Rule, project: Project, finding: Finding) -> list[Finding]:
    return [replace(finding, fix=rule.mended(project, finding))]
