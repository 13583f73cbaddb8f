"""Parallel branches of a graph write one key that nothing merges."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.mending.additions import importing, joined
from agentprobe.scan.mending.lines import written
from agentprobe.scan.module import Function, Module, argument
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_forms import function_named
from agentprobe.scan.values import literal


class StateKeyNoReducer(Rule):
    """Nodes of a LangGraph that run in the same step write one key of the state, which has no reducer.

    Finds: a node with several edges to others (or a `Send` for each item) whose targets return the same key,
    where the state's annotation of that key names no function that merges.

    Breaks: LangGraph stops with InvalidUpdateError as soon as two of them write in one step: with one item it
    works, with two it fails, so that the demo passes and the first larger request does not.

    Example:

        from typing import TypedDict
        from langgraph.graph import START, StateGraph

        class State(TypedDict):
            notes: list

        def web(state):
            return {"notes": ["from the web"]}

        def files(state):
            return {"notes": ["from files"]}

        graph = StateGraph(State)
        graph.add_node("web", web)
        graph.add_node("files", files)
        graph.add_edge(START, "web")
        graph.add_edge(START, "files")

    Instead:

        import operator
        from typing import Annotated, TypedDict
        from langgraph.graph import START, StateGraph

        class State(TypedDict):
            notes: Annotated[list, operator.add]

        def web(state):
            return {"notes": ["from the web"]}

        def files(state):
            return {"notes": ["from files"]}

        graph = StateGraph(State)
        graph.add_node("web", web)
        graph.add_node("files", files)
        graph.add_edge(START, "web")
        graph.add_edge(START, "files")

    False alarms: branches that write different keys; conditional edges of which one is taken.
    """

    code = "RACE005"
    severity = Severity.HIGH
    mode = Mode.RACE_CONDITION
    fixes = "unsafe"
    triggers = ("StateGraph",)
    probe = Probe(
        faults=("latency",),
        expects="stops with InvalidUpdateError",
        shows=(Sign.STOPPED, Sign.TRIPPED),
        at="tool",
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        states = _states(module)
        for graph, state in states.items():
            keys = _plain_keys(state)
            nodes = _nodes(module, graph)
            for targets, how in _at_once(module, graph):
                written = defaultdict(list)
                for name in targets:
                    for key in _written(module, nodes.get(name)) & keys.keys():
                        written[key].append(name)
                for key, names in written.items():
                    if len(names) > 1 or how == "Send":
                        yield self._told(module, keys[key], key, names, how)

    def _told(self, module: Module, field: ast.AnnAssign, key: str, names: list[str], how: str) -> Finding:
        who = f"each {names[0]} that is sent" if how == "Send" else " and ".join(names[:3])
        is_list = ast.unparse(field.annotation).lower().startswith("list")
        return self.found(
            module.place(field),
            f"{who} write{'s' if how == 'Send' else ''} {key} in one step, and nothing merges it",
            tier=Tier.PROVED,
            subject=key,
            consequence="the graph stops with InvalidUpdateError as soon as two of them run",
            advice=f"annotate it: {key}: Annotated[{ast.unparse(field.annotation)}, operator.add]",
            fix=_fix(module, field) if is_list else None,
        )


def _fix(module: Module, field: ast.AnnAssign) -> Fix | None:
    operator = importing(module, "import operator")
    annotated = importing(module, f"from {_home(module)} import Annotated")
    if operator is None or annotated is None:
        return None
    told = module.replaced(field.annotation, f"Annotated[{written(module, field.annotation)}, operator.add]")
    return Fix(what="add what the branches write", edits=(*joined(operator, annotated), told))


def _home(module: Module) -> str:
    """The module that a file takes `Annotated` from, where it does."""
    return module.imports.get("Annotated", "typing.Annotated").rpartition(".")[0]


def _states(module: Module) -> dict[str, ast.ClassDef]:
    """The graphs of a module by the name they are bound to, with the class of their state."""
    classes = {one.name: one for one in module.of(ast.ClassDef)}
    found = {}
    for node in module.of(ast.Assign):
        call = node.value
        if (
            isinstance(call, ast.Call)
            and getattr(call.func, "id", getattr(call.func, "attr", "")) == "StateGraph"
        ):
            given = argument(call, "state_schema", 0)
            if isinstance(given, ast.Name) and given.id in classes:
                found[ast.unparse(node.targets[0])] = classes[given.id]
    return found


def _plain_keys(state: ast.ClassDef) -> dict[str, ast.AnnAssign]:
    """The keys of a state that have no reducer."""
    return {
        part.target.id: part
        for part in state.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
        if "Annotated" not in ast.unparse(part.annotation)
    }


def _calls_on(module: Module, graph: str, method: str) -> Iterator[ast.Call]:
    for call in module.calls:
        if (
            isinstance(call.func, ast.Attribute)
            and call.func.attr == method
            and ast.unparse(call.func.value) == graph
        ):
            yield call


def _nodes(module: Module, graph: str) -> dict[str, Function | None]:
    found: dict[str, Function | None] = {}
    for call in _calls_on(module, graph, "add_node"):
        name = _name(module, call.args[0] if call.args else argument(call, "node"))
        action = argument(call, "action", 1) or (call.args[0] if call.args else None)
        found[name] = function_named(module, action)
    return found


def _name(module: Module, node: ast.expr | None) -> str:
    told = literal(module, node)
    if isinstance(told, str):
        return told
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _at_once(module: Module, graph: str) -> Iterator[tuple[list[str], str]]:
    """The nodes that run in one step: several edges from one node, or one `Send` for each item."""
    after: dict[str, list[str]] = defaultdict(list)
    for call in _calls_on(module, graph, "add_edge"):
        start, end = argument(call, "start_key", 0), argument(call, "end_key", 1)
        if start is not None and end is not None and not isinstance(start, ast.List):
            after[_name(module, start)].append(_name(module, end))
    yield from ((list(dict.fromkeys(ends)), "edges") for ends in after.values() if len(set(ends)) > 1)
    for call in _calls_on(module, graph, "add_conditional_edges"):
        chooser = function_named(module, argument(call, "path", 1))
        for target in _sent(module, chooser) if chooser is not None else []:
            yield [target], "Send"


def _sent(module: Module, chooser: Function) -> list[str]:
    found = []
    for one in ast.walk(chooser):
        made = one.elt if isinstance(one, ast.ListComp | ast.GeneratorExp) else None
        if isinstance(made, ast.Call) and getattr(made.func, "id", getattr(made.func, "attr", "")) == "Send":
            found.append(_name(module, argument(made, "node", 0)))
    return found


def _written(module: Module, function: Function | None) -> set[str]:
    """The keys of the dictionaries that a node returns."""
    found: set[str] = set()
    for one in ast.walk(function) if function is not None else ():
        if isinstance(one, ast.Return) and module.function(one) is function:
            meant = module.value(one.value) if one.value is not None else None
            if isinstance(meant, ast.Dict):
                found |= {str(key.value) for key in meant.keys if isinstance(key, ast.Constant)}
    return found
