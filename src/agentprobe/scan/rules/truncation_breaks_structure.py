"""What keeps a history or a result short cuts where it must not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.histories import History, histories, uses, words_of, written
from agentprobe.scan.module import FUNCTIONS, Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tools import tool_functions
from agentprobe.scan.values import literal

_ROLES = re.compile("role|tool|kind|type")
_SYSTEM = ("system", "developer")
_TOOL_ROLES = ("tool", "function", "tool_result", "function_call_output")


class TruncationBreaksStructure(Rule):
    """A history is cut so that it loses its system message or half of a tool call; or JSON is cut as text.

    Finds: `messages[-n:]`, `messages.pop(0)` and the like on a list that begins with the system message; the
    same on a list with results of tools, where nothing looks at what the cut takes apart; and the text of
    `json.dumps` cut by length for a model to read.

    Breaks: without its instructions the agent goes on as a general assistant. A result whose call is gone is
    refused by the provider. Half a JSON document is read as if the rest did not exist.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def ask(questions):
            messages = [{"role": "system", "content": "Never promise a refund."}]
            for question in questions:
                messages.append({"role": "user", "content": question})
                messages = messages[-10:]
                yield client.chat.completions.create(model="gpt-4o", messages=messages)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def ask(questions):
            messages = [{"role": "system", "content": "Never promise a refund."}]
            for question in questions:
                messages.append({"role": "user", "content": question})
                messages = [messages[0], *messages[1:][-9:]]
                yield client.chat.completions.create(model="gpt-4o", messages=messages)

    False alarms: cuts for a log or a screen, and histories to which the system message is added at each call.
    """

    code = "CTX006"
    severity = Severity.MEDIUM
    mode = Mode.CONTEXT_OVERFLOW
    triggers = ("[-", "pop(0)", "del ", "dumps(", "[:")
    probe = Probe(
        faults=("long_prompt", "context_too_long"),
        expects="forgets its instructions, or its calls are refused",
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        told: set[int] = set()
        for one in histories(module):
            for cut in _cuts(module, one):
                if id(cut) not in told:
                    told.add(id(cut))
                    yield from self._judged(module, one, cut)
        yield from self._texts(module)

    def _judged(self, module: Module, one: History, cut: ast.AST) -> Iterable[Finding]:
        system, tools = _begins_with_system(module, one), _has_results(module, one)
        if system and not _keeps_first(module, one, cut):
            yield self._found(
                module, one, cut, "drops its system message", "the agent goes on without its instructions"
            )
        elif tools and not _looks(module, cut):
            yield self._found(
                module,
                one,
                cut,
                "may part a tool's result from its call",
                "the provider refuses the conversation, or the model reads a result without a question",
            )

    def _found(self, module: Module, one: History, cut: ast.AST, what: str, consequence: str) -> Finding:
        return self.found(
            module.place(cut),
            f"what cuts {one.name} {what}",
            tier=Tier.INFERRED,
            subject=f"{module.qualname(cut)}:{one.name}",
            consequence=consequence,
            advice="keep the system message, and cut before a message of the user",
            related=(module.place(one.call),),
        )

    def _texts(self, module: Module) -> Iterable[Finding]:
        for node in module.of(ast.Subscript):
            part = node.slice
            if not isinstance(part, ast.Slice) or part.lower is not None or part.upper is None:
                continue
            made = module.value(node.value)
            as_json = isinstance(made, ast.Call) and module.qualified(made.func) == "json.dumps"
            if as_json and _is_told(module, node):
                yield self.found(
                    module.place(node),
                    "JSON is cut by its length for a model to read",
                    tier=Tier.INFERRED,
                    subject=f"{module.qualname(node)}:json",
                    consequence="the model reads half a document, and what was cut does not exist for it",
                    advice="leave out whole entries, and say how many were left out",
                )


def _cuts(module: Module, one: History) -> Iterator[ast.AST]:
    """Where the beginning of a list is cut off."""
    for node in uses(module, one):
        above = module.parent(node)
        if isinstance(above, ast.Subscript) and above.value is node:
            if isinstance(above.ctx, ast.Del):
                if _is_first(module, above.slice):
                    yield above
            elif _is_tail(module, above.slice) and _is_kept(module, one, above):
                yield above
        elif isinstance(above, ast.Attribute) and above.attr in ("pop", "popleft"):
            call = module.parent(above)
            if isinstance(call, ast.Call) and (
                above.attr == "popleft" or (call.args and _is_first(module, call.args[0]))
            ):
                yield call


def _is_first(module: Module, node: ast.expr) -> bool:
    if isinstance(node, ast.Slice):
        return node.lower is None or _is_first(module, node.lower)
    at = literal(module, node)
    return isinstance(at, int) and at == 0


def _is_tail(module: Module, node: ast.expr) -> bool:
    """Is it `[-n:]`?"""
    if not isinstance(node, ast.Slice) or node.upper is not None:
        return False
    return isinstance(node.lower, ast.UnaryOp) and isinstance(node.lower.op, ast.USub)


def _is_kept(module: Module, one: History, cut: ast.expr) -> bool:
    """Does a cut list take the place of the whole, or go to the model right away?"""
    for above in module.ancestors(cut):
        if isinstance(above, ast.Assign):
            return any(written(target) == one.name for target in above.targets)
        if isinstance(above, ast.Call):
            return above is one.call
        if isinstance(above, ast.stmt):
            return False
    return False


def _begins_with_system(module: Module, one: History) -> bool:
    first = _first_entry(module, one)
    if isinstance(first, ast.Dict):
        pairs = zip(first.keys, first.values, strict=True)
        return any(
            isinstance(key, ast.Constant) and key.value == "role" and literal(module, item) in _SYSTEM
            for key, item in pairs
        )
    return isinstance(first, ast.Call) and module.qualified(first.func).rpartition(".")[2] == "SystemMessage"


def _first_entry(module: Module, one: History) -> ast.expr | None:
    for _, value in module.bound(one.node):
        if isinstance(value, ast.List) and value.elts:
            return value.elts[0]
    for grown in sorted(one.growing, key=lambda node: getattr(node, "lineno", 0)):
        if isinstance(grown, ast.Call) and grown.args:
            return grown.args[-1]
    return None


def _has_results(module: Module, one: History) -> bool:
    """Do results of tools come into the list?"""
    for grown in one.growing:
        for node in ast.walk(grown):
            if isinstance(node, ast.Constant) and node.value in _TOOL_ROLES:
                return True
            if isinstance(node, ast.Name | ast.Attribute) and module.qualified(node).endswith(".ToolMessage"):
                return True
    return False


def _keeps_first(module: Module, one: History, cut: ast.AST) -> bool:
    """Is the first message, or a system message, put before what is left?"""
    statement = module.statement(cut)
    if statement is None:
        return True
    if isinstance(statement, ast.Delete):
        return False
    text = words_of(module, statement)
    inserted = any(
        isinstance(grown, ast.Call) and getattr(grown.func, "attr", "") == "insert" for grown in one.growing
    )
    return f"{one.name}[0]" in text or f"{one.name}[:1]" in text or "system" in text.lower() or inserted


def _looks(module: Module, cut: ast.AST) -> bool:
    """Does the function that cuts look at the roles of messages?"""
    function = module.function(cut)
    return function is not None and any(
        isinstance(node, ast.Compare) and _ROLES.search(words_of(module, node)) for node in ast.walk(function)
    )


def _is_told(module: Module, node: ast.expr) -> bool:
    """Does a text go into a message, or out of a tool?"""
    for above in module.ancestors(node):
        if isinstance(above, ast.Dict):
            return any(
                isinstance(key, ast.Constant) and key.value == "content" and node in ast.walk(item)
                for key, item in zip(above.keys, above.values, strict=True)
            )
        if isinstance(above, ast.Return):
            function = module.function(above)
            return function is not None and function in tool_functions(module)
        if isinstance(above, (ast.Call, ast.stmt, *FUNCTIONS)):
            return False
    return False
