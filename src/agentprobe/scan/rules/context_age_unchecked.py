"""A context file goes to the model however old it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Met, Probe
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Function, Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.units import units
from agentprobe.scan.values import literal

_FILE = re.compile(
    r"(?:context|snapshot|current[-_]?task|session|state|memory|memories|cache|inventory|prices?|calendar)"
    r"[\w.-]*\.(?:json|ya?ml|md|txt|jsonl|pkl)$",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"timestamp|updated|created_at|modified|mtime|fetched_at|as_of|max_age|\bage\b|_age\b|expire|stale|fresh|ttl"
    r"|valid_until|older|days_old|hours_old",
    re.IGNORECASE,
)

_OLDEST = re.compile(r"(?:^|[_.])(?:max_(?:\w+_)?age|stale_after|freshness)(?:_|$)", re.IGNORECASE)
_OF_THE_WEB = re.compile(r"cookie|session|oidc|oauth|cors|auth|hsts|csrf|token", re.IGNORECASE)


class ContextAgeUnchecked(Rule):
    """A file of context is read and told to the model, and nobody asks how old it is.

    Finds: a file named like context, state, memory or a snapshot that is read in a function (or by one it
    calls in the same file) which then asks a model, where no function of the two speaks of a time or an age.

    Breaks: the file was fresh when you tested. In production it is hours old, and the agent books what was
    sold in the morning, with full confidence.

    Example:

        import json
        from openai import OpenAI

        client = OpenAI()

        def answer(question):
            with open("context-snapshot.json") as file:
                context = json.load(file)
            return client.responses.create(model="gpt-5", input=f"{context}\\n{question}")

    Instead:

        import json
        from openai import OpenAI

        client = OpenAI()

        def answer(question):
            with open("context-snapshot.json") as file:
                context = json.load(file)
            if now() - context["timestamp"] > MAX_AGE_SECONDS:
                raise StaleContext("context-snapshot.json is older than four hours")
            return client.responses.create(model="gpt-5", input=f"{context}\\n{question}")

    False alarms: files that never change, such as a list of countries; caches that age themselves.
    """

    code = "RDY002"
    severity = Severity.MEDIUM
    mode = Mode.READINESS
    item = Item.CONTEXT_AGE
    triggers = (
        "context",
        "snapshot",
        "current",
        "session",
        "state",
        "memor",
        "cache",
        "inventory",
        "price",
        "calendar",
    )
    probe = Probe(
        faults=("stale_result",),
        expects="goes on with what is out of date",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        asking = {module.function(call) for call in model_calls(module)} - {None}
        if not asking or is_test(module.path):
            return
        for call, name in _read(module):
            function = module.function(call)
            users = [function] if function in asking else _callers(module, function, asking)
            if (
                function is None
                or not users
                or any(_speaks_of_age(module, one) for one in (function, *users))
            ):
                continue
            yield self.found(
                module.place(call),
                f"'{name}' is told to the model, however old it is",
                tier=Tier.INFERRED,
                subject=f"{module.qualname(function)}:{name}",
                consequence="the agent acts on what was true when the file was written",
                advice="write a time into the file, and refuse it past an age that you set",
            )

    def met(self, project: Project) -> Iterable[Met]:
        for unit in units(project):
            for facts in unit.facts:
                for name in facts.constants:
                    if _OLDEST.search(name) and not _OF_THE_WEB.search(name):
                        place = facts.constants[name].place or unit.place
                        yield Met(
                            item=Item.CONTEXT_AGE, place=place, what=f"{name} says how old context may be"
                        )


def _read(module: Module) -> Iterator[tuple[ast.Call, str]]:
    """Calls that open or read a file whose name says that it holds context."""
    for call in module.calls:
        dotted = module.qualified(call.func)
        last = call.func.attr if isinstance(call.func, ast.Attribute) else dotted
        if dotted in ("open", "aiofiles.open") or last in ("read_text", "read_bytes", "open"):
            if _writes(call):
                continue
            for node in (*call.args[:1], call.func):
                name = next((one for one in _texts(module, node) if _FILE.search(one)), None)
                if name is not None:
                    yield call, name.rpartition("/")[2]
                    break


def _writes(call: ast.Call) -> bool:
    mode = call.args[1] if len(call.args) > 1 else None
    return isinstance(mode, ast.Constant) and bool(set(str(mode.value)) & set("wax"))


def _texts(module: Module, node: ast.expr, depth: int = 0) -> Iterator[str]:
    """The texts in an expression that says where a file lies."""
    if depth > 4:
        return
    plain = literal(module, node)
    if isinstance(plain, str):
        yield plain
    elif isinstance(node, ast.Call):
        for one in (*node.args, node.func):
            yield from _texts(module, one, depth + 1)
    elif isinstance(node, ast.BinOp):
        yield from _texts(module, node.right, depth + 1)
        yield from _texts(module, node.left, depth + 1)
    elif isinstance(node, ast.Attribute):
        yield from _texts(module, node.value, depth + 1)
    elif isinstance(node, ast.Name):
        meant = module.value(node)
        if meant is not None and meant is not node:
            yield from _texts(module, meant, depth + 1)


def _callers(module: Module, function: Function | None, asking: set[Function | None]) -> list[Function]:
    if function is None:
        return []
    return [
        one
        for one in asking
        if one is not None
        and any(
            isinstance(call.func, ast.Name | ast.Attribute)
            and (call.func.id if isinstance(call.func, ast.Name) else call.func.attr) == function.name
            for call in ast.walk(one)
            if isinstance(call, ast.Call)
        )
    ]


def _speaks_of_age(module: Module, function: Function) -> bool:
    end = function.end_lineno or function.lineno
    return bool(_AGE.search("\n".join(module.text.lines[function.lineno - 1 : end])))
