"""The lists of messages that a module keeps and sends to a model, where they grow, and what shortens them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agentprobe.scan.apis import AGENT_ROOTS
from agentprobe.scan.facts import ModelCall
from agentprobe.scan.flows import own_function
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import FUNCTIONS, Module, last_word, parameters
from agentprobe.scan.project import Project
from agentprobe.scan.reaching import reaching

_HOLD = ("messages", "input", "contents", "history", "chat_history", "message_history", "inputs", "prompt")
_FIRST = ("langchain.model", "langchain.agent", "langgraph", "langchain.executor", "smolagents.model",
          "llama-index", "autogen.model", "openai-agents", "crewai.model")  # fmt: skip
_SHORTENS = re.compile(
    r"trim|compact|summar|truncat|prune|condens|shorten|compress|sliding|window|cut_|clip|forget|evict|drop_|reduce|"
    r"(?:fit|limit|manage|clean|prepare|optimi[sz]e)_\w*(?:history|messages|context)|max_(?:history|messages|turns|context)",
    re.IGNORECASE,
)
_BY_PROVIDER = (
    "truncation",
    "context_management",
    "previous_response_id",
    "conversation",
    "compaction_control",
    "session",
)
"""Arguments by which the provider or the framework keeps a history within bounds."""
_GROWS = ("append", "extend", "insert")
_DEEPEST = 6
Name = ast.Name | ast.Attribute


@dataclass(frozen=True)
class History:
    """A list that grows and is sent to a model whole."""

    name: str
    """As written: `messages`, `self.messages`."""
    node: Name
    """One place where it is sent."""
    call: ast.Call
    """The call of the model, or of a function of this module that calls one."""
    told: ModelCall
    home: ast.AST
    """What it lives in: a function, a class, or the module."""
    growing: tuple[ast.AST, ...]
    """The places where it grows."""


def histories(module: Module) -> list[History]:
    """All of a module, each call once, in the order of the source; worked out once."""
    if "histories" not in module.kept:
        module.kept["histories"] = list(_found(module, _asking(module)))
    kept: list[History] = module.kept["histories"]
    return kept


def histories_in(project: Project) -> Iterator[tuple[Module, History]]:
    """Those that are sent by a function of another file."""
    reach = reaching(project)
    told = {(facts.path, call.function): call for facts, call in project.model_calls}
    for facts in project.facts.values():
        askers: dict[str, ModelCall] = {}
        for function, called in facts.callers.items():
            for name in called:
                spots = [one for one in reach.targets(facts, function, name) if one in reach.asks]
                if spots and spots[0][0] != facts.path and spots[0] in told:
                    askers[name] = told[spots[0]]
        module = project.module(facts.path) if askers else None
        if module is not None:
            named = ((call, module.qualified(call.func)) for call in module.calls)
            asking = [(call, askers[name]) for call, name in named if name in askers]
            yield from ((module, one) for one in _found(module, asking))


def _found(module: Module, asking: Iterable[tuple[ast.Call, ModelCall]]) -> Iterator[History]:
    calls = list(asking)
    grown = _grown(module) if calls else {}
    for call, told in calls if grown else ():
        if any(name.rpartition(".")[2] in _BY_PROVIDER for name in told.arguments):
            continue
        for node in _sent(module, call, told):
            home = home_of(module, node)
            growing = grown.get((home, written(node))) if home is not None else None
            if home is not None and growing:
                yield History(written(node), node, call, told, home, tuple(growing))
                break


def written(node: ast.expr) -> str:
    """A name or attribute as written; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""


def home_of(module: Module, node: Name) -> ast.AST | None:
    """What a name lives in: the class for `self.x`, else the function or module that binds or takes it."""
    if isinstance(node, ast.Attribute):
        return module.owner(node) if written(node).startswith("self.") else None
    bound = module.bound(node)
    if bound:
        return module.scope(bound[0][0])
    around = (above for above in module.ancestors(node) if isinstance(above, FUNCTIONS))
    return next((above for above in around if node.id in parameters(above)), None)


def _asking(module: Module) -> Iterator[tuple[ast.Call, ModelCall]]:
    """Calls of models, and of functions of this module that call one with what they are given."""
    asked = model_calls(module)
    yield from asked.items()
    askers = {
        module.qualname(function): told
        for call, told in asked.items()
        if (function := module.function(call)) is not None and function.args.args
    }
    for call in module.calls if askers else ():
        if call not in asked and (name := own_function(module, call)) in askers:
            inside = module.function(call)
            if inside is None or module.qualname(inside) != name:
                yield call, askers[name]
    yield from _handed_by_name(module)


_ASKS = re.compile(
    r"(?:^|_)(?:a?invoke|a?run|a?stream|chat|complet\w*|generat\w*|ask\w*|respon\w*|call\w*|predict|query|llm)(?:_|$)"
)
_TELLING = ("messages", "chat_history", "message_history", "history")


def _handed_by_name(module: Module) -> Iterator[tuple[ast.Call, ModelCall]]:
    """Calls that are given `messages=x` or `{"chat_history": x}`: agents of others, by their names."""
    if not module.imported_roots & AGENT_ROOTS:
        return
    known = model_calls(module)
    for call in module.calls:
        last = last_word(call.func)
        if call in known or not _ASKS.search(last):
            continue
        first = call.args[0] if call.args else None
        table = first.keys if isinstance(first, ast.Dict) else []
        keys = {key.value for key in table if isinstance(key, ast.Constant)}
        if keys & set(_TELLING) or any(word.arg in _TELLING for word in call.keywords):
            yield call, ModelCall(api="langchain.agent", callee=last, place=module.place(call), sure=False)


def _sent(module: Module, call: ast.Call, told: ModelCall) -> Iterator[Name]:
    """The names that a call is given as messages, whole."""
    own = call not in model_calls(module) and told.sure
    for word in call.keywords:
        if word.arg in _HOLD or (own and word.arg is not None):
            yield from _names(module, word.value, 0)
        elif word.arg is None:
            yield from _spread(module, word.value)
    if own or told.api in _FIRST:
        for one in call.args[: None if own else 1]:
            yield from _names(module, one, 0)


def _spread(module: Module, node: ast.expr) -> Iterator[Name]:
    meant = module.value(node)
    if isinstance(meant, ast.Dict):
        for key, item in zip(meant.keys, meant.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in _HOLD:
                yield from _names(module, item, 0)


def _names(module: Module, node: ast.expr, depth: int) -> Iterator[Name]:
    """The lists within an expression, through `[system] + x`, `[*x]`, `{"messages": x}`; slices are none."""
    if depth > _DEEPEST:
        return
    if isinstance(node, ast.Name | ast.Attribute):
        if written(node):
            yield node
            yield from _joined(module, node, depth)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _names(module, node.left, depth + 1)
        yield from _names(module, node.right, depth + 1)
    else:
        for inner in _inner(node):
            yield from _names(module, inner, depth + 1)


def _inner(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.List | ast.Tuple):
        return [one.value for one in node.elts if isinstance(one, ast.Starred)]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [item for key, item in pairs if isinstance(key, ast.Constant) and key.value in _HOLD]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "list":
        return node.args[:1]
    return []


def _joined(module: Module, node: Name, depth: int) -> Iterator[Name]:
    """What a name that is bound once to `[system] + self.history` is made of."""
    if isinstance(node, ast.Name):
        meant = module.value(node)
        if isinstance(meant, ast.BinOp | ast.List):
            yield from _names(module, meant, depth + 1)


def _grown(module: Module) -> dict[tuple[ast.AST, str], list[ast.AST]]:
    """For each list by its home and name: where it grows."""
    found: dict[tuple[ast.AST, str], list[ast.AST]] = {}
    for call in module.calls:
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in _GROWS:
            _add(module, found, func.value, call)
    for grown in module.of(ast.AugAssign):
        if isinstance(grown.op, ast.Add):
            _add(module, found, grown.target, grown)
    for assign in module.of(ast.Assign):
        target = assign.targets[0]
        if isinstance(target, ast.Name | ast.Attribute) and _is_longer(assign.value, written(target)):
            _add(module, found, target, assign)
    return found


def _is_longer(node: ast.expr, name: str) -> bool:
    """Is it `x + [...]` or `[*x, ...]` of the same x?"""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return bool(name) and written(node.left) == name
    return isinstance(node, ast.List) and any(
        isinstance(one, ast.Starred) and bool(name) and written(one.value) == name for one in node.elts
    )


def _add(
    module: Module, found: dict[tuple[ast.AST, str], list[ast.AST]], node: ast.expr, where: ast.AST
) -> None:
    if isinstance(node, ast.Name | ast.Attribute) and (name := written(node)):
        home = home_of(module, node)
        if home is not None:
            found.setdefault((home, name), []).append(where)


def uses(module: Module, history: History) -> Iterator[Name]:
    """All places of a module that name the same list."""
    kind = ast.Attribute if "." in history.name else ast.Name
    for node in module.of(kind):
        assert isinstance(node, ast.Name | ast.Attribute)
        if written(node) == history.name and home_of(module, node) is history.home:
            yield node


def is_shortened(module: Module, history: History) -> bool:
    """Does anything in the list's home make it shorter, or count how long it is?"""
    return any(_shortens(module, node, history) for node in uses(module, history)) or _says_so(
        module, history
    )


def _shortens(module: Module, node: Name, history: History) -> bool:
    above = module.parent(node)
    if isinstance(above, ast.Subscript) and above.value is node:
        return isinstance(above.slice, ast.Slice) or isinstance(above.ctx, ast.Del)
    if isinstance(above, ast.Attribute):
        return above.attr in ("pop", "clear", "popleft", "remove")
    if isinstance(above, ast.Call) and node in above.args:
        return _measured(module, above)
    if isinstance(above, ast.Assign) and node in above.targets:
        return _made_anew(above.value, history)
    return False


def _measured(module: Module, call: ast.Call) -> bool:
    """Is it `len(x)` in a comparison, or `shorten(x)`?"""
    if isinstance(call.func, ast.Name) and call.func.id == "len":
        return any(isinstance(one, ast.Compare) for one in list(module.ancestors(call))[:3])
    last = last_word(call.func)
    if _SHORTENS.search(last) or "token" in last.lower():
        return True
    above = module.parent(call)
    above = module.parent(above) if isinstance(above, ast.Await) else above
    return isinstance(above, ast.Assign) and any(
        written(one) and written(one) in _args(call) for one in above.targets
    )


def _args(call: ast.Call) -> set[str]:
    return {written(one) for one in call.args}


def _made_anew(value: ast.expr, history: History) -> bool:
    """Is the list put together again by a function or a filter, or kept in something with a bound?"""
    if isinstance(value, ast.Call | ast.Await | ast.ListComp):
        inner = value.value if isinstance(value, ast.Await) else value
        plain = (
            isinstance(inner, ast.Call)
            and isinstance(inner.func, ast.Name)
            and inner.func.id in ("list", "deque")
        )
        return not plain or bool(isinstance(inner, ast.Call) and inner.keywords)
    return False


def _says_so(module: Module, history: History) -> bool:
    """Does a call in the same function or class shorten histories by its name?"""
    for call in module.calls:
        last = last_word(call.func)
        if (
            last
            and _SHORTENS.search(last)
            and (isinstance(history.home, ast.Module) or history.home in module.ancestors(call))
        ):
            return True
    return False


def is_reset(module: Module, history: History) -> bool:
    """Is an attribute bound to a new list in a method other than the one that makes the object?"""
    every: list[tuple[ast.stmt, list[ast.expr]]] = [(one, one.targets) for one in module.of(ast.Assign)]
    every += [(one, [one.target]) for one in module.of(ast.AnnAssign)]
    for assign, targets in every:
        if not any(isinstance(one, ast.Attribute) and written(one) == history.name for one in targets):
            continue
        function = module.function(assign)
        made = function is not None and function.name in ("__init__", "__post_init__", "__new__", "setup")
        if not made and module.owner(assign) is history.home:
            return True
    return False


def words_of(module: Module, node: ast.expr | ast.stmt) -> str:
    """A node as it stands in the source."""
    start, end = module.span(node)
    return module.text.raw[start:end].decode("utf-8", "replace")


def within_function(module: Module, node: ast.AST) -> list[ast.AST]:
    """What stands around a node in its own function, the nearest first."""
    found: list[ast.AST] = []
    for above in module.ancestors(node):
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            break
        found.append(above)
    return found
