"""A file is read, changed and written back, with nothing to keep two of them apart."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import Function, Module, argument
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.together import concurrent_functions
from agentprobe.scan.tool_effects import called_in, calls_in, opened_to_write
from agentprobe.scan.tools import tool_functions
from agentprobe.scan.values import literal

_LOCKS = re.compile(r"lock|mutex|semaphore|flock|exclusive", re.IGNORECASE)
_ATOMIC = (
    "os.replace",
    "os.rename",
    "shutil.move",
    "fcntl.flock",
    "portalocker.lock",
    "tempfile.NamedTemporaryFile",
)


class ReadModifyWrite(Rule):
    """A tool or handler reads a file, changes what it says and writes the whole of it back.

    Finds: a tool, a request handler, or what they call, that reads a file and writes the same file again,
    itself or through a loader and a saver beside it, without a lock and without putting a whole new file in
    its place.

    Breaks: two calls at once read the same old text, and the second to write undoes the first. A crash
    between opening and writing leaves an empty file: the agent's memory is gone.

    Example:

        import json
        from langchain_core.tools import tool

        @tool
        def remember(fact: str) -> str:
            \"\"\"Remember a fact.\"\"\"
            with open("memory.json") as file:
                facts = json.load(file)
            facts.append(fact)
            with open("memory.json", "w") as file:
                json.dump(facts, file)
            return "remembered"

    Instead:

        import json
        from filelock import FileLock
        from langchain_core.tools import tool

        @tool
        def remember(fact: str) -> str:
            \"\"\"Remember a fact.\"\"\"
            with FileLock("memory.lock"):
                with open("memory.json") as file:
                    facts = json.load(file)
                facts.append(fact)
                with open("memory.json", "w") as file:
                    json.dump(facts, file)
            return "remembered"

    False alarms: scripts that run once at a time; files that are only appended to; editors that work on the
    user's own files.
    """

    code = "RACE007"
    severity = Severity.MEDIUM
    mode = Mode.RACE_CONDITION
    item = Item.STATE_FILES
    triggers = ("open", "write_text", "write_bytes")
    probe = Probe(
        faults=("crash_after_effect", "latency"),
        expects="loses one of two changes",
        shows=(Sign.DUPLICATED, Sign.MISACTED, Sign.LIED),
        at="tool",
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        named = tool_functions(module)
        waiting = {*named, *concurrent_functions(module)}
        near = {*waiting, *(each for one in waiting for each in called_in(module, one))}
        seen: set[str] = set()
        for function in sorted(near, key=lambda one: one.lineno):
            reads, writes = _touched(module, function)
            for path, node in writes.items():
                if path in reads and path not in seen and not _is_guarded(module, function):
                    seen.add(path)
                    yield self.found(
                        module.place(node),
                        f"{function.name}() reads {path}, changes it and writes it back",
                        tier=Tier.PROVED,
                        subject=f"{module.qualname(function)} {path}",
                        consequence="of two calls at once one change is lost; a crash leaves half a file",
                        advice="hold a lock around both, and write to a new file that os.replace puts in its "
                        "place",
                        related=(module.place(reads[path]),),
                    )


def _touched(module: Module, function: Function) -> tuple[dict[str, ast.AST], dict[str, ast.AST]]:
    """What a function reads and writes, itself or through what it calls, by the path's text."""
    reads: dict[str, ast.AST] = {}
    writes: dict[str, ast.AST] = {}
    for one in [function, *called_in(module, function)]:
        for call in calls_in(module, one):
            for path, kind in _of(module, one, call):
                (writes if kind == "w" else reads).setdefault(path, call)
    return reads, writes


def _of(module: Module, function: Function, call: ast.Call) -> Iterator[tuple[str, str]]:
    func = call.func
    if isinstance(func, ast.Name) and func.id == "open" and call.args:
        mode = literal(module, argument(call, "mode", 1))
        path = _path(module, function, call.args[0])
        if path and not (isinstance(mode, str) and "a" in mode):
            yield path, "w" if opened_to_write(module, call) else "r"
    elif isinstance(func, ast.Attribute) and func.attr in (
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
    ):
        path = _path(module, function, func.value)
        if path:
            yield path, "w" if func.attr.startswith("write") else "r"
    elif (
        isinstance(func, ast.Attribute)
        and func.attr == "open"
        and isinstance(func.value, ast.Name | ast.Attribute)
    ):
        mode = literal(module, argument(call, "mode", 0))
        path = _path(module, function, func.value)
        if path and module.qualified(func).startswith("pathlib"):
            yield path, "w" if isinstance(mode, str) and set(mode) & set("wx") else "r"


def _path(module: Module, function: Function, node: ast.expr) -> str:
    """A path that is the same for all calls: a literal, a constant or an attribute of the object."""
    told = literal(module, node)
    if isinstance(told, str):
        return told
    if (
        isinstance(node, ast.Call)
        and node.args
        and module.qualified(node.func) in ("pathlib.Path", "str", "os.path.abspath")
    ):
        return _path(module, function, node.args[0])
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("self", "cls")
    ):
        return ast.unparse(node)
    if isinstance(node, ast.Name):
        bound = module.bound(node)
        if len(bound) == 1 and isinstance(module.scope(bound[0][0]), ast.Module):
            return node.id
        if len(bound) == 1 and isinstance(bound[0][1], ast.Call) and _is_one_path(module, bound[0][1]):
            return ast.unparse(bound[0][1])[:60]
        return "" if bound or node.id not in module.imports else node.id
    return ""


def _is_one_path(module: Module, made: ast.Call) -> bool:
    """Is a path made of nothing but what is the same for all calls: constants, and the object's own?"""
    for one in ast.walk(made):
        if isinstance(one, ast.Name) and one.id not in ("self", "cls") and one.id not in module.imports:
            bound = module.bound(one)
            if not bound and one.id not in ("str", "open"):
                return False
            if not all(isinstance(module.scope(where), ast.Module) for where, _ in bound):
                return False
    return True


def _is_guarded(module: Module, function: Function) -> bool:
    for one in [function, *called_in(module, function)]:
        for part in ast.walk(one):
            if isinstance(part, ast.With | ast.AsyncWith) and any(
                _LOCKS.search(ast.unparse(item.context_expr)) for item in part.items
            ):
                return True
        if any(
            module.qualified(call.func) in _ATOMIC
            or getattr(call.func, "attr", "") in ("acquire", "replace_file")
            for call in calls_in(module, one)
        ):
            return True
    return False
