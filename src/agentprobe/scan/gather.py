"""All that one Python module tells the project."""

from __future__ import annotations

import ast
from collections import Counter

from agentprobe.scan.bounds import limited_functions
from agentprobe.scan.facts import Facts, Known, Value
from agentprobe.scan.filled import filled
from agentprobe.scan.first_calls import asks_for_one, first_calls
from agentprobe.scan.flows import called_name
from agentprobe.scan.handed import handed, named_limits
from agentprobe.scan.incoming import waiting_functions
from agentprobe.scan.loops import endless_loops
from agentprobe.scan.model_calls import clients, maybe_calls, model_calls
from agentprobe.scan.model_names import model_names
from agentprobe.scan.model_text import speakers
from agentprobe.scan.module import Module, parameters
from agentprobe.scan.prompt_texts import prompt_texts
from agentprobe.scan.repeats import repeats
from agentprobe.scan.swallowing import caught
from agentprobe.scan.tested import tested_calls
from agentprobe.scan.tools import tools
from agentprobe.scan.values import value
from agentprobe.scan.waiting import waits


def gathered(module: Module) -> Facts:
    """A module's facts."""
    return Facts(
        path=module.path,
        dotted=module.dotted,
        imports=module.imports,
        roots=tuple(sorted(module.imported_roots)),
        constants=_constants(module),
        model_calls=tuple(model_calls(module).values()),
        clients=clients(module),
        tools=tuple(tools(module).values()),
        prompts=prompt_texts(module),
        filled=filled(module),
        callers=_callers(module),
        functions={module.qualname(one): isinstance(one, ast.AsyncFunctionDef) for one in module.functions},
        bases=_bases(module),
        speakers=speakers(module),
        loops=endless_loops(module),
        waits=tuple(waits(module).values()),
        outside=waiting_functions(module),
        limits=limited_functions(module),
        caught=caught(module),
        tested=tested_calls(module),
        maybe_calls=maybe_calls(module),
        repeats=repeats(module),
        handed=handed(module),
        named_limits=named_limits(module),
        parameters={module.qualname(one): parameters(one) for one in module.functions},
        instances=_instances(module),
        named_models=model_names(module),
        firsts=first_calls(module),
        one_call=asks_for_one(module),
    )


def _bases(module: Module) -> dict[str, tuple[str, ...]]:
    return {
        module.qualname(node): tuple(name for base in node.bases if (name := module.qualified(base)))
        for node in module.of(ast.ClassDef)
    }


def _constants(module: Module) -> dict[str, Value]:
    found = dict(_in_body(module, module.tree.body, ""))
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef):
            found |= dict(_in_body(module, node.body, f"{node.name}."))
    return found


def _in_body(module: Module, body: list[ast.stmt], before: str) -> list[tuple[str, Value]]:
    found: list[tuple[str, Value]] = []
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.append((before + node.targets[0].id, value(module, node.value)))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found.append((before + node.target.id, value(module, node.value)))
    times = Counter(name for name, _ in found)
    return [(name, its if times[name] == 1 else Value(known=Known.UNKNOWN)) for name, its in found]


def _instances(module: Module) -> dict[str, str]:
    """Names at the top, and attributes of classes as "Desk.model", with the dotted name of what made them."""
    found: dict[str, str] = {}
    assigns: list[ast.Assign | ast.AnnAssign] = [*module.of(ast.Assign), *module.of(ast.AnnAssign)]
    for node in assigns:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        made = module.qualified(node.value) if isinstance(node.value, ast.Call | ast.Await) else ""
        if not made:
            continue
        if isinstance(target, ast.Name) and isinstance(module.scope(node), ast.Module):
            found[target.id] = made
        elif (
            isinstance(target, ast.Attribute)
            and isinstance(target.value, ast.Name)
            and target.value.id == "self"
        ):
            owner = module.owner(node)
            if owner is not None:
                found[f"{module.qualname(owner)}.{target.attr}"] = made
    return found


def _callers(module: Module) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for call in module.calls:
        dotted = called_name(module, call)
        if not dotted:
            continue
        function = module.function(call)
        found.setdefault(module.qualname(function) if function else "", set()).add(dotted)
    return {name: tuple(sorted(called)) for name, called in found.items()}
