"""Tokens are counted with the table of another model."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.scan.effective import effective_calls
from agentprobe.scan.finding import Edit, Finding, Fix
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import literal
from agentprobe.trace.facts.limits import facts_of

_TABLES = {
    "o200k_base": ("gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "o1", "o3", "o4", "chatgpt"),
    "cl100k_base": ("gpt-4", "gpt-3.5", "text-embedding"),
    "p50k_base": ("text-davinci", "code-davinci"),
}
"""OpenAI's tables and the beginnings of the names of the models that have them; the first that fits."""
_OLD = ("cl100k_base", "p50k_base", "r50k_base", "gpt2")
_CALLS = ("tiktoken.get_encoding", "tiktoken.encoding_for_model")


class WrongTokenizer(Rule):
    """Tokens are counted by the table of a model that is not the one that is asked.

    Finds: `tiktoken` with a table, or a model's name, that none of the models has which the same file asks
    (or, where it asks none, the whole project).

    Breaks: the count is off by 10 to 30 % for another family, and more for other languages. What was cut to
    fit overflows, or room that was paid for stays empty. For models that tiktoken does not know it raises.

    Example:

        import tiktoken
        from openai import OpenAI

        encoding = tiktoken.get_encoding("cl100k_base")

        def ask(text):
            if len(encoding.encode(text)) > 100_000:
                raise ValueError("too long")
            messages = [{"role": "user", "content": text}]
            return OpenAI().chat.completions.create(model="gpt-4o", messages=messages)

    Instead:

        import tiktoken
        from openai import OpenAI

        encoding = tiktoken.get_encoding("o200k_base")

        def ask(text):
            if len(encoding.encode(text)) > 100_000:
                raise ValueError("too long")
            messages = [{"role": "user", "content": text}]
            return OpenAI().chat.completions.create(model="gpt-4o", messages=messages)

    False alarms: a table that is taken when the right one is not known (`except KeyError`), and projects that
    ask models of several families.
    """

    code = "CTX005"
    severity = Severity.LOW
    mode = Mode.CONTEXT_OVERFLOW
    fixes = "safe"
    triggers = ("tiktoken",)

    def in_project(self, project: Project) -> Iterable[Finding]:
        using = [one for one in project.facts.values() if "tiktoken" in one.roots and not is_test(one.path)]
        if not using:
            return
        every: dict[str, set[str]] = {}
        for one in effective_calls(project):
            names = {its.value for its in one.model.every if isinstance(its.value, str)}
            every.setdefault(one.facts.path, set()).update(names)
        for facts in using:
            asked = every.get(facts.path) or set().union(*every.values())
            module = project.module(facts.path)
            if module is not None and asked:
                yield from self._judged(module, asked)

    def _judged(self, module: Module, asked: set[str]) -> Iterable[Finding]:
        needed = {_table_of(name) for name in asked}
        if None in needed or len(needed) != 1:
            return
        (right,) = needed
        for call in module.calls:
            if module.qualified(call.func) not in _CALLS or not call.args or _is_fallback(module, call):
                continue
            given = literal(module, call.args[0])
            used = _used(given, model=module.qualified(call.func) == _CALLS[1])
            if used and used != right:
                yield self._found(module, call, asked=min(asked), used=str(given), right=str(right))

    def _found(self, module: Module, call: ast.Call, *, asked: str, used: str, right: str) -> Finding:
        edit = _edit(module, call, right)
        return self.found(
            module.place(call),
            f"tokens for {asked} are counted with {used}" + (f", not with {right}" if right else ""),
            tier=Tier.INFERRED,
            subject=f"{module.qualname(call)}:{used}",
            consequence="counts are off by 10 to 30 %, so that what was cut to fit may overflow",
            advice=f"use {right}" if right else "ask the provider's own counter",
            fix=Fix(what=f"count with {right}", edits=(edit,), safe=True) if edit is not None else None,
        )


def _table_of(name: str) -> str | None:
    """The table of a model; "" for one that tiktoken does not know, None where nobody knows."""
    bare = name.lower().rpartition("/")[2].rpartition(":")[2]
    for table, heads in _TABLES.items():
        if bare.startswith(heads):
            return table
    return "" if facts_of(name) is not None else None


def _used(given: object, *, model: bool) -> str:
    if not isinstance(given, str):
        return ""
    return (_table_of(given) or "") if model else given if given in (*_TABLES, *_OLD) else ""


def _is_fallback(module: Module, call: ast.Call) -> bool:
    return any(isinstance(above, ast.ExceptHandler) for above in module.ancestors(call))


def _edit(module: Module, call: ast.Call, right: str) -> Edit | None:
    given = call.args[0]
    if not right or not isinstance(given, ast.Constant) or module.qualified(call.func) != _CALLS[0]:
        return None
    return module.replaced(given, f'"{right}"')
