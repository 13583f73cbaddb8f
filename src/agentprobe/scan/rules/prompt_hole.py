"""A variable of a prompt is never filled in, or what is given for it goes nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.scan.facts import Facts, Filled
from agentprobe.scan.filled import names_in
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.module import Module, parameters
from agentprobe.scan.project import Project
from agentprobe.scan.prompt_texts import speaks, told
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import literal

_HOLE = re.compile(r"(?<![{\w$])\{([A-Za-z_]\w*)\}(?!\})")
_INTERPOLATING = ("google.adk", "agno", "phi", "crewai", "dspy", "langchain_core.prompts", "guidance")
"""Frameworks that fill `{names}` of what they are given by themselves."""


class PromptHole(Rule):
    """A prompt goes out with a `{variable}` in it, or what was given for one goes nowhere.

    Finds: a plain string with `{name}` that is told to a model as it is, where `name` is a variable of that
    very function (the `f` was forgotten); `.format(…)` that leaves out a name of the template, which raises
    KeyError; and `.format(…)` that gives a name which the template does not have, which Python passes over.

    Breaks: the model reads "{customer}" and makes a customer up. Or the context that was looked up with care
    never reaches it, and no error says so.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def ask(customer, question):
            messages = [
                {"role": "system", "content": "You are the desk. You speak with {customer}."},
                {"role": "user", "content": question},
            ]
            return client.chat.completions.create(model="gpt-5", messages=messages)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def ask(customer, question):
            messages = [
                {"role": "system", "content": f"You are the desk. You speak with {customer}."},
                {"role": "user", "content": question},
            ]
            return client.chat.completions.create(model="gpt-5", messages=messages)

    False alarms: braces of JSON; templates that a framework fills in; a text that speaks about placeholders.
    """

    code = "PRM005"
    severity = Severity.HIGH
    mode = Mode.PROMPT_DRIFT

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for one in told(module):
            if not one.filled and not _fills_by_itself(module):
                yield from self._unfilled(module, one.node)

    def _unfilled(self, module: Module, node: ast.expr) -> Iterable[Finding]:
        text = literal(module, node)
        if not isinstance(text, str) or "{" not in text:
            return
        function = module.function(node)
        known = _seen_from(module, node)
        holes = [name for name in dict.fromkeys(_HOLE.findall(text)) if name in known]
        holes = [name for name in holes if f"{{{name}}}" not in _replaced(module)]
        if holes:
            shown = ", ".join(f"{{{name}}}" for name in holes)
            yield self.found(
                module.place(node),
                f"the model is told {shown} as it stands: the text is no f-string and nothing fills it in",
                tier=Tier.PROVED if isinstance(node, ast.Constant) else Tier.INFERRED,
                subject=module.qualname(function) if function else "",
                consequence="the model reads the name of a variable instead of its value, and makes one up",
                advice="write f before the text, or call .format(…) on it",
            )

    def in_project(self, project: Project) -> Iterable[Finding]:
        for facts in project.facts.values():
            if not is_test(facts.path):
                for one in facts.filled:
                    yield from self._filled(project, facts, one)

    def _filled(self, project: Project, facts: Facts, one: Filled) -> Iterable[Finding]:
        found = _template(project, facts, one)
        if found is None:
            return
        template, where = found
        names = names_in(template)
        if names is None:
            return
        given = set(one.names)
        missing = sorted(names - given)
        if missing and not one.spread:
            yield self._told(
                one, where, f".format() leaves out {_list(missing)}", "it raises KeyError", given
            )
        extra = sorted(given - names)
        if extra and not missing and names and speaks(template):
            said = f".format() gives {_list(extra)}, which the prompt does not have"
            yield self._told(one, where, said, "what was given goes nowhere, and no error says so", None)

    def _told(
        self, one: Filled, where: Place | None, said: str, consequence: str, raises: set[str] | None
    ) -> Finding:
        name = one.template.rpartition(".")[2] or "the prompt"
        return self.found(
            one.place,
            f"{name}{said}",
            tier=Tier.PROVED if raises is not None else Tier.INFERRED,
            severity=Severity.HIGH if raises is not None else Severity.MEDIUM,
            subject=f"{one.function}.{name}",
            consequence=consequence,
            advice="give every name of the template, and no other",
            related=(where,) if where is not None else (),
        )


def _fills_by_itself(module: Module) -> bool:
    return any(name.startswith(_INTERPOLATING) for name in module.imports.values())


def _seen_from(module: Module, node: ast.expr) -> frozenset[str]:
    """The parameters and local names of the functions around a node."""
    found: set[str] = set()
    for above in module.ancestors(node):
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
            found.update(parameters(above))
            found.update(_assigned(module).get(above, ()))
    return frozenset(found)


def _assigned(module: Module) -> dict[ast.AST, set[str]]:
    if "names by function" not in module.kept:
        found: dict[ast.AST, set[str]] = {}
        for name in module.of(ast.Name):
            if isinstance(name.ctx, ast.Store) and (function := module.function(name)) is not None:
                found.setdefault(function, set()).add(name.id)
        module.kept["names by function"] = found
    kept: dict[ast.AST, set[str]] = module.kept["names by function"]
    return kept


def _replaced(module: Module) -> frozenset[str]:
    """The texts that `.replace(…)` looks for in this file."""
    if "replaced texts" not in module.kept:
        sought = (
            literal(module, call.args[0])
            for call in module.calls
            if isinstance(call.func, ast.Attribute) and call.func.attr == "replace" and call.args
        )
        module.kept["replaced texts"] = frozenset(one for one in sought if isinstance(one, str))
    kept: frozenset[str] = module.kept["replaced texts"]
    return kept


def _template(project: Project, facts: Facts, one: Filled) -> tuple[str, Place | None] | None:
    """The text that is filled in, where it is one text for sure, and where it stands."""
    if one.text:
        return one.text, None
    its = facts.constants.get(one.template) or project.constant(one.template)
    if its is not None and its.is_literal and isinstance(its.value, str):
        return its.value, its.place
    return None


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
