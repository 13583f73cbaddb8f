"""What belongs to one conversation is kept where all conversations share it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import FUNCTIONS, Function, Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.histories import script_histories, serves
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.together import WEB, is_handler
from agentprobe.scan.tool_effects import called_in, calls_in
from agentprobe.scan.values import literal

_TALK = re.compile(
    r"(?:^|_)(?:messages?|history|conversation|memory|chat|transcript|turns|context|scratchpad|dialog(?:ue)?)(?:_|$|s$)",
    re.IGNORECASE,
)
_CHANGES = frozenset(
    {"append", "extend", "insert", "update", "add", "setdefault", "add_message", "save_context", "appendleft"}
)
_KEYED = frozenset({"setdefault", "update", "add"})
_IDS = ("thread_id", "session_id", "conversation_id")
_TOLD = "one person reads, and is answered from, another person's conversation"


class SessionStateShared(Rule):
    """The state of one conversation is kept where every conversation of the process shares it.

    Finds: a default argument `history=[]` that is changed; a list of messages at the top of a class that its
    objects append to; a global conversation that a request handler changes, or a global object that keeps
    one; a constant `thread_id` or `session_id` in one.

    Breaks: it works for one person at a time. With two, the second's question is answered from the first's
    conversation: wrong at best, a leak of private data at worst.

    Example:

        class Desk:
            messages = []

            def ask(self, question):
                self.messages.append({"role": "user", "content": question})
                return model(self.messages)

    Instead:

        class Desk:
            def __init__(self):
                self.messages = []

            def ask(self, question):
                self.messages.append({"role": "user", "content": question})
                return model(self.messages)

    False alarms: programs of the command line have one conversation for each process; a dictionary keyed by
    session is not shared.
    """

    code = "RACE006"
    severity = Severity.HIGH
    mode = Mode.RACE_CONDITION
    probe = Probe(
        faults=("memory_foreign",),
        load="two sessions at once",
        expects="answers one person from another's history",
    )

    def in_script(self, script: Script) -> Iterable[Finding]:
        if is_test(script.path) or not serves(script):
            return
        told: set[str] = set()
        for one in script_histories(script):
            if one.shared and one.name not in told and script.function(one.asked.node) is not None:
                told.add(one.name)
                yield self.found(
                    script.place(one.binding.node),
                    f"{one.name} is one conversation for everybody that this process serves",
                    tier=Tier.PROVED,
                    subject=one.name,
                    consequence=_TOLD,
                    advice="keep it for each session: made in the handler, or looked up by the session's id",
                    related=(script.place(one.asked.node), *(script.place(each) for each in one.grown[:3])),
                )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        yield from self._defaults(module)
        yield from self._classes(module)
        if WEB & module.imported_roots:
            handlers = [one for one in module.functions if is_handler(module, one)]
            reached = {*handlers, *(each for one in handlers for each in called_in(module, one))}
            seen: set[str] = set()
            for function in sorted(reached, key=lambda one: one.lineno):
                yield from self._globals(module, function, seen)
                yield from self._constant_ids(module, function)

    def in_project(self, project: Project) -> Iterable[Finding]:
        """An object at the top of a server, whose class keeps the conversation that its methods add to."""
        for facts in project.facts.values():
            own = {
                name: meant
                for name, made in facts.instances.items()
                if "." not in name and (meant := project.meant(made)) is not None
            }
            module = project.module(facts.path) if own and not is_test(facts.path) else None
            if module is None or not WEB & module.imported_roots:
                continue
            held = {
                name: kept
                for name, (home, owner) in own.items()
                if (kept := _kept(project, home.path, owner))
            }
            yield from self._objects(module, held) if held else ()

    def _objects(self, module: Module, held: dict[str, str]) -> Iterator[Finding]:
        told: set[str] = set()
        for function in module.functions:
            for call in calls_in(module, function) if is_handler(module, function) else ():
                func = call.func
                owner = func.value if isinstance(func, ast.Attribute) else None
                if not isinstance(owner, ast.Name) or owner.id not in held or owner.id in told:
                    continue
                told.add(owner.id)
                what = f"the object {owner.id} is one for all requests, and each adds to its {held[owner.id]}"
                yield replace(self._told(module, call, what, owner.id), tier=Tier.INFERRED)

    def _defaults(self, module: Module) -> Iterator[Finding]:
        for function in module.functions:
            for name, default in _mutable(module, function):
                if _TALK.search(name) and _is_changed(module, function, name):
                    yield self._told(
                        module,
                        default,
                        f"the default {name}={ast.unparse(default)} of {function.name}() is for all calls",
                        name,
                    )

    def _classes(self, module: Module) -> Iterator[Finding]:
        for owner in module.of(ast.ClassDef):
            if (
                any(_is_model(module.qualified(base) or ast.unparse(base)) for base in owner.bases)
                or owner.decorator_list
            ):
                continue
            for part in owner.body:
                name, given = _bound(part)
                if given is None or not _TALK.search(name) or not _is_empty(module, given):
                    continue
                if _used_by_objects(module, owner, name):
                    full = f"{owner.name}.{name}"
                    yield self._told(module, part, f"{full} is one for all objects of the class", full)

    def _globals(self, module: Module, function: Function, seen: set[str]) -> Iterator[Finding]:
        for call in calls_in(module, function):
            func = call.func
            if not (
                isinstance(func, ast.Attribute)
                and func.attr in _CHANGES - _KEYED
                and isinstance(func.value, ast.Name)
            ):
                continue
            name = func.value
            bound = module.bound(name)
            is_global = bool(bound) and all(isinstance(module.scope(where), ast.Module) for where, _ in bound)
            if is_global and name.id not in seen and _TALK.search(name.id):
                seen.add(name.id)
                yield self._told(
                    module,
                    call,
                    f"the global {name.id} is one for all requests, and {function.name}() adds to it",
                    name.id,
                )

    def _constant_ids(self, module: Module, function: Function) -> Iterator[Finding]:
        for node in ast.walk(function):
            pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
            for key, item in pairs:
                if (
                    isinstance(key, ast.Constant)
                    and key.value in _IDS
                    and isinstance(literal(module, item), str | int)
                ):
                    yield self._told(
                        module,
                        item,
                        f"{function.name}() uses the {key.value} {ast.unparse(item)} for all requests",
                        function.name,
                    )

    def _told(self, module: Module, node: ast.AST, message: str, subject: str) -> Finding:
        return self.found(
            module.place(node),
            message,
            tier=Tier.PROVED,
            subject=subject,
            consequence=_TOLD,
            advice="keep it for each session: made in the call or in __init__, or looked up by the "
            "session's id",
        )


def _kept(project: Project, path: str, name: str) -> str:
    """The conversation that objects of a class keep and add to in several calls; "" where there is none."""
    module = project.module(path)
    owner = next((one for one in module.of(ast.ClassDef) if one.name == name), None) if module else None
    if module is None or owner is None:
        return ""
    grown: set[str] = set()
    for part in owner.body:
        if not isinstance(part, FUNCTIONS) or part.name == "__init__":
            continue
        inside = list(ast.walk(part))
        set_here = {ast.unparse(one.targets[0]) for one in inside if isinstance(one, ast.Assign)}
        changed = {
            ast.unparse(one.func.value)
            for one in inside
            if isinstance(one, ast.Call)
            and isinstance(one.func, ast.Attribute)
            and one.func.attr in _CHANGES - _KEYED
        }
        grown |= {each for each in changed - set_here if each.startswith("self.")}
    return next((one[5:] for one in sorted(grown) if "." not in one[5:] and _TALK.search(one[5:])), "")


def _mutable(module: Module, function: Function) -> Iterator[tuple[str, ast.expr]]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    pairs: list[tuple[ast.arg, ast.expr | None]] = [
        *zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    for one, default in pairs:
        if default is not None and _is_empty(module, default):
            yield one.arg, default


def _is_empty(module: Module, node: ast.expr) -> bool:
    """Is this a list or dictionary that is made once, here?"""
    if isinstance(node, ast.List | ast.Dict):
        return True
    return isinstance(node, ast.Call) and module.qualified(node.func) in (
        "list",
        "dict",
        "collections.deque",
        "collections.defaultdict",
    )


def _is_changed(module: Module, function: Function, name: str) -> bool:
    rebound = any(
        isinstance(one, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in one.targets)
        for one in ast.walk(function)
    )
    if rebound:
        return False
    for one in ast.walk(function):
        if isinstance(one, ast.Call) and _changed_by(one) == name:
            return True
        if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name) and one.target.id == name:
            return True
        if isinstance(one, ast.Assign) and _is_kept(one, name):
            return _grows(module, one)
    return False


def _changed_by(call: ast.Call) -> str:
    """The name of the list or dictionary that a call changes in place."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in _CHANGES:
        return ""
    return func.value.id if isinstance(func.value, ast.Name) else ""


def _is_kept(node: ast.Assign, name: str) -> bool:
    target = node.targets[0]
    return (
        isinstance(node.value, ast.Name)
        and node.value.id == name
        and isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id == "self"
    )


def _grows(module: Module, node: ast.Assign) -> bool:
    """Does a class that keeps a default as its attribute add to that attribute?"""
    owner = module.owner(node)
    assert isinstance(node.targets[0], ast.Attribute)
    return owner is not None and _used_by_objects(module, owner, node.targets[0].attr, kept=True)


def _bound(part: ast.stmt) -> tuple[str, ast.expr | None]:
    if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
        return part.targets[0].id, part.value
    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
        return part.target.id, None if "ClassVar" in ast.unparse(part.annotation) else part.value
    return "", None


def _is_model(base: str) -> bool:
    return base.rpartition(".")[2] in (
        "BaseModel",
        "SQLModel",
        "TypedDict",
        "Struct",
        "NamedTuple",
        "BaseSettings",
        "RootModel",
    ) or (
        base.rpartition(".")[2].endswith(("Model", "State", "Schema", "Config", "Settings", "Tool", "Base"))
    )


def _used_by_objects(module: Module, owner: ast.ClassDef, name: str, *, kept: bool = False) -> bool:
    """Do methods change `self.name` in place, and does none of them give an object its own?"""
    changed = False
    for one in ast.walk(owner):
        if isinstance(one, ast.Assign | ast.AnnAssign):
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            if (
                any(
                    isinstance(each, ast.Attribute) and ast.unparse(each) == f"self.{name}"
                    for each in targets
                )
                and not kept
            ):
                return False
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in _CHANGES:
            changed = changed or ast.unparse(one.func.value) == f"self.{name}"
    return changed
