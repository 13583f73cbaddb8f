"""Failures that are caught broadly and told to nobody: an empty answer, a text, another round or model."""

from __future__ import annotations

import ast
import re

from agentprobe.scan.bounds import ends_by_flag, leaves, within
from agentprobe.scan.facts import Caught
from agentprobe.scan.flows import called_name, own_function, written
from agentprobe.scan.handlers import (
    answered,
    empty_returns,
    hands_on,
    is_broad,
    logged,
    loop_around,
    text_in,
    tries_around,
)
from agentprobe.scan.incoming import waits_outside
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import FUNCTIONS, Function, Module

_SCREENS = frozenset(
    {"streamlit", "gradio", "chainlit", "discord", "telegram", "slack_bolt", "textual", "nicegui"}
)
_BOUNDARIES = re.compile(
    r"(?:^|\.)(?:route|get|post|put|delete|websocket|command|event|on_message|on_event|callback|handler|task|middleware|"
    r"message|action|exception_handler|app_command|fixture|tool|function_tool)$"
)
_ENTRIES = re.compile(
    r"^(?:main|_main|cli|run_cli|demo|example|test_\w*|on_\w+|handle_message|lambda_handler)$"
)
_EMBEDS = re.compile(r"embeddings\.create$|(?:^|\.)a?embed(?:ding|_query|_documents|_content)?$")
"""Calls that ask for the vector of a text."""
_PRINTS = ("print", "click.echo", "typer.echo", "console.print", "rprint", "pprint")
_EMPTY = ("dict", "list", "set", "str", "tuple", "defaultdict", "format", "time")
_OWN = (*FUNCTIONS, ast.ClassDef)
_MOST_CALLS = 24


def is_boundary(module: Module, node: ast.AST) -> bool:
    """Does a node stand where people are told of failures: a route, a command, a screen, the beginning?"""
    if module.imported_roots & _SCREENS:
        return True
    function = module.function(node)
    if function is None or _shows(module, function):
        return True
    if _ENTRIES.match(function.name):
        return True
    for one in function.decorator_list:
        target = one.func if isinstance(one, ast.Call) else one
        if _BOUNDARIES.search(written(target)):
            return True
    return False


def _shows(module: Module, function: Function) -> bool:
    """Does a function only print what it finds, and return nothing?"""
    inside = list(within(module, function))
    if any(isinstance(one, ast.Return | ast.Yield) and one.value is not None for one in inside):
        return False
    prints = [one for one in inside if isinstance(one, ast.Call) and written(one.func) in _PRINTS]
    return any(
        not any(isinstance(above, ast.ExceptHandler) for above in module.ancestors(one)) for one in prints
    )


def caught(module: Module) -> tuple[Caught, ...]:
    """The broad handlers of a module by which those who called learn nothing; worked out once."""
    if "caught" not in module.kept:
        module.kept["caught"] = tuple(_found(module))
    kept: tuple[Caught, ...] = module.kept["caught"]
    return kept


def _found(module: Module) -> list[Caught]:
    found = []
    for block in module.of(ast.Try):
        handler = next((one for one in block.handlers if is_broad(module, one)), None)
        if handler is None:
            continue
        calls = _first_caught_here(module, block)
        if not calls:
            continue
        how = _how(module, block, handler)
        if how:
            found.append(_told(module, handler, how, calls))
    return found


def _first_caught_here(module: Module, block: ast.Try) -> list[ast.Call]:
    """The calls in a `try` whose failures no inner broad handler catches first."""
    nodes = [
        one for part in block.body for one in (part, *within(module, part)) if not isinstance(part, _OWN)
    ]
    return [one for one in nodes if isinstance(one, ast.Call) and _catcher(module, one) is block]


def _catcher(module: Module, call: ast.Call) -> ast.Try | None:
    for block in tries_around(module, call):
        if any(is_broad(module, one) for one in block.handlers):
            return block
    return None


def _how(module: Module, block: ast.Try, handler: ast.ExceptHandler) -> str:
    """In which way a handler keeps a failure to itself; "" where it does not."""
    if any(isinstance(one, ast.Raise) for one in within(module, handler)):
        return ""
    if _asks_again(module, block, handler):
        return "" if logged(module, handler, loudly=True) else "falls back"
    text = answered(handler)
    if text is not None and _is_words(text_in(text)):
        return "answers"
    if _lets_pass(handler) or _gives_zeros(handler):
        return "swallows"
    if hands_on(module, handler) or _empties_then_told(module, block) or _says_no(module, handler):
        return ""
    loop = loop_around(module, block)
    if loop is None or _ends_loop(module, handler):
        return (
            ""
            if _recovers(handler) or (logged(module, handler, loudly=True) and _gives(handler))
            else "swallows"
        )
    if any(map(leaves, (block.body, block.orelse, loop.body))) or ends_by_flag(loop, block):
        return (
            "swallows" if not isinstance(loop, ast.While) else ""
        )  # a while that goes on is a retry without end
    if _counts(module, handler) or waits_outside(module, loop) or _is_short(loop):
        return ""
    return "goes on"


def _lets_pass(handler: ast.ExceptHandler) -> bool:
    """Does a guard answer that nothing is wrong: `GuardrailFunctionOutput(tripwire_triggered=False)`?"""
    last = handler.body[-1]
    given = last.value.keywords if isinstance(last, ast.Return) and isinstance(last.value, ast.Call) else ()
    return any(
        one.arg == "tripwire_triggered" and isinstance(one.value, ast.Constant) and one.value.value is False
        for one in given
    )


def _gives_zeros(handler: ast.ExceptHandler) -> bool:
    """Does a handler return a vector of zeros: `[0] * 1536`?"""
    last = handler.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    if isinstance(value, ast.Call):
        return written(value.func).rpartition(".")[2] == "zeros"
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Mult):
        return False
    row = value.left if isinstance(value.left, ast.List) else value.right
    return isinstance(row, ast.List) and [getattr(one, "value", None) for one in row.elts] == [0]


def _gives(handler: ast.ExceptHandler) -> bool:
    """Does a handler return something else that it has, such as the text that was not shortened?"""
    last = handler.body[-1]
    return isinstance(last, ast.Return) and isinstance(
        last.value, ast.Name | ast.Attribute | ast.Call | ast.Subscript
    )


def _recovers(handler: ast.ExceptHandler) -> bool:
    """Does a handler get what is missing in another way: `answer = from_cache(question)`?"""
    for node in handler.body:
        if isinstance(node, ast.Return | ast.Assign):
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            name = written(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""
            if name and name[:1].islower() and name not in _EMPTY:
                return True
    return False


def _is_short(loop: ast.While | ast.For | ast.AsyncFor) -> bool:
    """Does a loop run over a few things that are written down, or over the first few?"""
    if isinstance(loop, ast.While):
        return False
    if isinstance(loop.iter, ast.List | ast.Tuple):
        return True
    cut = loop.iter.slice if isinstance(loop.iter, ast.Subscript) else None
    most = cut.upper if isinstance(cut, ast.Slice) else None
    return isinstance(most, ast.Constant) and isinstance(most.value, int) and 0 < most.value <= 10


def _is_words(text: str) -> bool:
    return bool(text) and (text == "{}" or " " in text.strip() or text[:1].isupper() or "rror" in text)


def _asks_again(module: Module, block: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Does a handler call a model, when what failed called one too?"""
    asked = model_calls(module)
    here = any(isinstance(one, ast.Call) and one in asked for one in within(module, handler))
    return here and any(
        one in asked for part in block.body for one in within(module, part) if isinstance(one, ast.Call)
    )


def _says_no(module: Module, handler: ast.ExceptHandler) -> bool:
    """Does a handler return False where success returns True?"""
    last = handler.body[-1]
    if not (isinstance(last, ast.Return) and _is_constant(last.value, False)):
        return False
    function = module.function(handler)
    inside = within(module, function) if function is not None else ()
    return any(isinstance(one, ast.Return) and _is_constant(one.value, True) for one in inside)


def _is_constant(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _empties_then_told(module: Module, block: ast.Try) -> bool:
    """Is what the handler leaves empty tested right after, and told there?"""
    above = module.parent(block)
    for body in (getattr(above, "body", None), getattr(above, "orelse", None)):
        if isinstance(body, list) and block in body:
            after = body[body.index(block) + 1 : body.index(block) + 3]
            return any(
                isinstance(one, ast.If) and any(isinstance(inner, ast.Raise) for inner in ast.walk(one))
                for one in after
            )
    return False


def _ends_loop(module: Module, handler: ast.ExceptHandler) -> bool:
    return any(isinstance(one, ast.Return | ast.Break) for one in within(module, handler))


def _counts(module: Module, handler: ast.ExceptHandler) -> bool:
    return any(
        isinstance(one, ast.AugAssign)
        or (
            isinstance(one, ast.Call)
            and isinstance(one.func, ast.Attribute)
            and one.func.attr in ("append", "add", "put")
        )
        for one in within(module, handler)
    )


def _told(module: Module, handler: ast.ExceptHandler, how: str, calls: list[ast.Call]) -> Caught:
    asked = [model_calls(module)[one] for one in calls if one in model_calls(module)]
    embeds = [one for one in calls if _EMBEDS.search(written(one.func))] if _gives_zeros(handler) else []
    places = [*(one.place for one in asked), *map(module.place, embeds)]
    function = module.function(handler)
    text = answered(handler) if how == "answers" else None
    return Caught(
        place=module.text.place(handler.lineno, handler.col_offset),
        function=module.qualname(function) if function is not None else "",
        how=how,
        asked=places[0] if places else None,
        callee=asked[0].callee if asked else written(embeds[0].func) if embeds else "",
        sure=all(one.sure for one in asked),
        calls=_names(module, calls),
        empty=empty_returns(handler),
        logged=logged(module, handler, loudly=True),
        text=text_in(text) if text is not None else "",
        boundary=is_boundary(module, handler),
        told=logged(module, handler),
    )


def _names(module: Module, calls: list[ast.Call]) -> tuple[str, ...]:
    names = {own_function(module, one) or called_name(module, one) for one in calls}
    return tuple(sorted(name for name in names if name and (name in module.by_qualname or "." in name)))[
        :_MOST_CALLS
    ]
