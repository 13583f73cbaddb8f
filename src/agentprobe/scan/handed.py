"""What a module hands to functions of its own project as settings of a model, and limits that it names."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import lru_cache

from agentprobe.scan.facts import Handed, Limit, Value
from agentprobe.scan.flows import calls_of
from agentprobe.scan.module import FUNCTIONS, Module, argument, last_word
from agentprobe.scan.repeats import target_of
from agentprobe.scan.values import arguments, literal, value

SETTING = re.compile(
    r"(?:^|_)(?:temp|temperature|model|model_name|model_id|llm|engine|deployment|top_p|max_tokens|max_output_tokens|"
    r"max_completion_tokens|timeout|deadline|retries|max_retries|num_retries|attempts|max_turns|max_steps|max_iter|"
    r"max_iterations|recursion_limit|max_rounds|step_limit|client|llm_config|settings|config)$"
)
LIMITS = frozenset({
    "max_failures", "max_consecutive_failures", "max_consecutive_errors",
    "recursion_limit", "max_turns", "max_steps", "max_iter", "max_iterations", "request_limit",
    "max_execution_time",
    "max_rounds", "max_round", "step_limit", "max_budget_usd", "max_consecutive_auto_reply", "max_llm_calls",
    "cost_limit", "total_tokens_limit", "max_budget", "budget", "max_cost", "token_budget",
})  # fmt: skip
_WAITERS = ("asyncio.wait_for", "async_timeout.timeout", "asyncio.timeout", "anyio.fail_after",
"anyio.move_on_after",
            "func_timeout.func_timeout", "trio.fail_after")  # fmt: skip
_ELSES = frozenset(sys.stdlib_module_names) | {
    "numpy",
    "pandas",
    "torch",
    "logging",
    "rich",
    "click",
    "pytest",
}


def handed(module: Module) -> tuple[Handed, ...]:
    """Calls of functions that are perhaps the project's own, with arguments that look like settings."""
    return tuple(_handed(module))


def _handed(module: Module) -> Iterator[Handed]:
    ends = any(_waits(module, one) for one in calls_of(module, *_LAST))
    for call in module.calls:
        deadline = deadline_around(module, call) if ends and (call.args or call.keywords) else None
        if not _interesting(call) and deadline is None:
            continue
        target = target_of(module, call.func)
        if not target or target.partition(".")[0] in _ELSES or ("." not in target and module.dotted):
            continue
        given, spread = arguments(module, call)
        for place, one in enumerate(call.args[:8]):
            if isinstance(one, ast.Starred):
                break
            given[f"#{place}"] = value(module, one)
        function = module.function(call)
        yield Handed(
            target=target,
            function=module.qualname(function) if function is not None else "",
            place=module.place(call),
            arguments={
                name: its for name, its in given.items() if name.startswith("#") or SETTING.search(name)
            },
            spread=bool(spread),
            deadline=deadline,
        )


def _interesting(call: ast.Call) -> bool:
    """Is there an argument that may be a setting of a model?"""
    if any(word.arg is None or _is_setting(word.arg) for word in call.keywords):
        return True
    return any(_setting_like(one) for one in call.args[:8])


def _setting_like(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and not isinstance(node.value, bool)
    last = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return bool(last) and _is_setting(last.lower())


@lru_cache(maxsize=16_384)
def _is_setting(name: str) -> bool:
    return SETTING.search(name) is not None


def deadline_around(module: Module, call: ast.AST) -> Value | None:
    """The deadline that something around a call in its function sets: `wait_for`, `timeout`, `fail_after`."""
    inner = call
    for above in module.ancestors(call):
        if isinstance(above, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            return None
        if isinstance(above, ast.Call) and inner is not above.func and _waits(module, above):
            return _seconds(module, above, 1)
        if isinstance(above, ast.With | ast.AsyncWith):
            for item in above.items:
                one = item.context_expr
                if isinstance(one, ast.Call) and inner is not item and _waits(module, one):
                    return _seconds(module, one, 0)
        inner = above
    return None


def _waits(module: Module, call: ast.Call) -> bool:
    last = last_word(call.func)
    return last in _LAST and module.qualified(call.func) in _WAITERS


_LAST = frozenset(name.rpartition(".")[2] for name in _WAITERS)


def _seconds(module: Module, call: ast.Call, position: int) -> Value | None:
    if module.qualified(call.func) == "func_timeout.func_timeout":
        position = 0
    given = argument(call, "timeout", position) or argument(call, "delay", position)
    return value(module, given) if given is not None and literal(module, given) is not None else None


def named_limits(module: Module) -> tuple[Limit, ...]:
    """Keywords, keys and items with the name of a limit on steps or money, and what they are set to."""
    return tuple(_limit(module, name, node) for name, node in _named(module) if name in LIMITS)


def _named(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for word in module.of(ast.keyword):
        yield word.arg or "", word.value
    yield from named_items(module)


def named_items(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Items of dictionaries with their names, also those that are put in later."""
    for table in module.of(ast.Dict):
        for key, item in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, item
    for assign in module.of(ast.Assign):
        target = assign.targets[0]
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
            yield str(target.slice.value), assign.value
    for call in module.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and len(call.args) == 2:
            key = call.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, call.args[1]


def _limit(module: Module, name: str, node: ast.expr) -> Limit:
    function = module.function(node)
    return Limit(name=name, value=value(module, node), function=module.qualname(function) if function else "")
