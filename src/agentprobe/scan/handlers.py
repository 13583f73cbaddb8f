"""What a program does with an error that it has caught, and whether those who ask find out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.scan.bounds import LOOPS, within
from agentprobe.scan.flows import written
from agentprobe.scan.module import FUNCTIONS, Module, argument, last_word

_BROAD = frozenset({
    "Exception", "BaseException", "openai.OpenAIError", "openai.APIError", "openai.error.OpenAIError",
    "anthropic.APIError", "anthropic.AnthropicError", "litellm.exceptions.APIError",

    "google.api_core.exceptions.GoogleAPIError",
    "botocore.exceptions.ClientError", "botocore.exceptions.BotoCoreError",
})  # fmt: skip
LOGS = frozenset({
    "error", "exception", "critical", "fatal", "warning", "warn", "info", "debug", "log", "print",
    "print_exc", "secho",
    "echo", "log_error", "capture_exception", "record_exception", "print_exception", "format_exc", "pprint",
    "trace",
    "set_status", "add_event", "captureException", "log_exception", "log_message", "cprint", "rprint",
})  # fmt: skip
_LOUD = LOGS - {"print", "echo", "secho", "debug", "pprint", "cprint", "rprint", "trace"}
_FAILED = re.compile(r"error|fail|exception|unavailable|invalid|unsuccess|problem|abort", re.IGNORECASE)
_DEEPEST = 20
_ABOUT = re.compile(r"err|exc|fail|msg|reason|trace|log|status|detail")
_HONEST = re.compile(
    r"(?:^|_)(?:ok|success|succeeded|failed|error|errors|status|is_error|isError|valid|exc|exception)$"
)


def tries_around(module: Module, node: ast.AST) -> Iterator[ast.Try]:
    """The `try` blocks in whose body a node stands, in its own function, the innermost first."""
    inner: ast.AST = node
    for above in module.ancestors(node):
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            return
        if isinstance(above, ast.Try) and inner in above.body:
            yield above
        inner = above


def is_broad(module: Module, handler: ast.ExceptHandler) -> bool:
    """Does a handler catch everything, or all errors that a model's SDK has?"""
    return any(one is None or module.qualified(one) in _BROAD for one in kinds_of(handler))


def catches_everything(module: Module, kinds: Iterable[ast.expr | None]) -> bool:
    """Is `Exception`, what stands above it, or no type at all among the types that are caught?"""
    return any(one is None or module.qualified(one) in ("Exception", "BaseException") for one in kinds)


def kinds_of(handler: ast.ExceptHandler) -> list[ast.expr | None]:
    """The types that a handler names; None for all."""
    return [*handler.type.elts] if isinstance(handler.type, ast.Tuple) else [handler.type]


def raises(handler: ast.AST) -> bool:
    """Does something in a handler raise or end the program?"""
    for node in ast.walk(handler):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Call) and written(node.func) in (
            "sys.exit",
            "exit",
            "os._exit",
            "quit",
            "pytest.fail",
        ):
            return True
    return False


def goes_round(module: Module, handler: ast.ExceptHandler) -> bool:
    """Does a handler go into the next round of a loop that tells of the failure after its last round?"""
    loop = loop_around(module, handler)
    if loop is None:
        return False
    if any(isinstance(one, ast.Return | ast.Break) for one in within(module, handler)):
        return False
    return (
        any(raises(one) for one in loop.orelse)
        or _raises_after(module, loop)
        or _raises_at_last(module, loop)
    )


def _raises_at_last(module: Module, loop: ast.stmt) -> bool:
    return any(isinstance(node, ast.Raise) for node in within(module, loop))


def _raises_after(module: Module, loop: ast.stmt) -> bool:
    above = module.parent(loop)
    for body in (getattr(above, "body", []), getattr(above, "orelse", []), getattr(above, "finalbody", [])):
        if isinstance(body, list) and loop in body:
            return any(raises(one) for one in body[body.index(loop) + 1 :])
    return False


def loop_around(module: Module, node: ast.AST) -> ast.While | ast.For | ast.AsyncFor | None:
    """The innermost loop around a node in its own function."""
    for above in module.ancestors(node):
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            return None
        if isinstance(above, LOOPS):
            return above
    return None


def logged(module: Module, handler: ast.ExceptHandler, *, loudly: bool = False) -> bool:
    """Does a handler write a line about the failure (`loudly`: where somebody watches)?"""
    words = _LOUD if loudly else LOGS
    return any(isinstance(node, ast.Call) and last_word(node.func) in words for node in ast.walk(handler))


def hands_on(module: Module, handler: ast.ExceptHandler) -> bool:
    """Does whoever called learn of it: by an exception, a typed failure, a record, another round?"""
    return (
        raises(handler) or goes_round(module, handler) or _keeps(module, handler) or _tells(module, handler)
    )


def _keeps(module: Module, handler: ast.ExceptHandler) -> bool:
    """Is the error itself put anywhere but into a line of a log or into an answer's text?"""
    return any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == handler.name
        and not _only_told(module, node)
        for node in ast.walk(handler)
    )  # fmt: skip


def _only_told(module: Module, node: ast.Name) -> bool:
    """Does an error only go into what is printed or logged, or is it only asked what it is?"""
    for above in module.ancestors(node):
        if isinstance(above, ast.Call) and last_word(above.func) in (
            *LOGS,
            "isinstance",
            "type",
            "getattr",
            "hasattr",
        ):
            return True
        if isinstance(above, ast.If | ast.IfExp | ast.While) and _in_test(module, node, above):
            return True
        if isinstance(above, ast.stmt):
            return False
    return False


def _in_test(module: Module, node: ast.AST, above: ast.If | ast.IfExp | ast.While) -> bool:
    return any(one is above.test for one in (node, *module.ancestors(node)))


def _tells(module: Module, handler: ast.ExceptHandler) -> bool:
    """Does a handler return, keep or send something that says by its shape that there was a failure?"""
    for node in within(module, handler):
        if isinstance(node, ast.Return) and node.value is not None and is_failure(node.value):
            return True
        if isinstance(node, ast.Yield) and node.value is not None and is_failure(node.value):
            return True
        if isinstance(node, ast.Assign | ast.AugAssign) and _is_mark(node):
            return True
        if isinstance(node, ast.Call) and _reports(node):
            return True
    return False


def is_failure(node: ast.expr) -> bool:
    """Does an expression say by its shape that something failed: `Failed(…)`, `{"error": …}`?"""
    if isinstance(node, ast.Call):
        named = written(node.func)
        return _FAILED.search(named) is not None or any(
            word.arg is not None and _HONEST.search(word.arg) for word in node.keywords
        )
    if isinstance(node, ast.Dict):
        return any(isinstance(key, ast.Constant) and _HONEST.search(str(key.value)) for key in node.keys)
    if isinstance(node, ast.Tuple):
        return len(node.elts) > 1
    return isinstance(node, ast.Attribute) and _FAILED.search(node.attr) is not None


def _is_mark(node: ast.Assign | ast.AugAssign) -> bool:
    """`failed = True`, `status = "error"`, `self.errors += 1`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        name = written(target)
        if _FAILED.search(name) or _HONEST.search(name.rpartition(".")[2]):
            return True
        if (
            isinstance(target, ast.Subscript)
            and isinstance(target.slice, ast.Constant)
            and _HONEST.search(str(target.slice.value))
        ):
            return True
    return is_failure(node.value)


def _reports(call: ast.Call) -> bool:
    """`errors.append(…)`, `on_error(…)`, `metrics.increment(…)`, `results.append({"error": …})`."""
    last = last_word(call.func)
    if last in LOGS:
        return False
    if last in ("append", "add", "put", "put_nowait", "setdefault", "extend"):
        return _FAILED.search(written(call.func)) is not None or any(is_failure(one) for one in call.args)
    if last in ("inc", "increment", "incr", "count"):
        return True
    return _FAILED.search(last) is not None or last in (
        "set_exception",
        "abort",
        "escalate",
        "dead_letter",
        "notify",
        "alert",
    )


def answered(handler: ast.ExceptHandler) -> ast.expr | None:
    """The text that a handler puts in the place of an answer: `return f"Error: {e}"`, `answer = "Sorry…"`."""
    returned = [one for one in handler.body if isinstance(one, ast.Return)]
    assigned = [one for one in handler.body if isinstance(one, ast.Assign) and not _is_about_error(one)]
    for node in returned or assigned:
        if node.value is not None and text_in(node.value):
            return node.value
        inner = _in_state(node.value)
        if inner is not None:
            return inner
    return None


def _in_state(node: ast.expr | None) -> ast.expr | None:
    """A text about a failure within what a node of a graph returns, where no key says that it failed."""
    if not isinstance(node, ast.Dict) or not node.keys:
        return None
    keys = [one.value if isinstance(one, ast.Constant) else "" for one in node.keys]
    if not all(isinstance(one, str) and one and not _ABOUT.search(one) for one in keys) or any(
        _HONEST.search(str(one)) for one in keys
    ):
        return None
    for value in node.values:
        told = value.elts[0] if isinstance(value, ast.List) and len(value.elts) == 1 else value
        if isinstance(told, ast.Call) and last_word(told.func).endswith("AIMessage"):
            told = argument(told, "content", 0) or told
        if _FAILED.search(text_in(told)):
            return told
    return None


def _is_about_error(node: ast.Assign) -> bool:
    return any(_ABOUT.search(written(target).lower()) for target in node.targets)


def text_in(node: ast.expr, depth: int = 0) -> str:
    """The fixed words of an expression that makes a text; "" where it makes none."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        words = "".join(
            one.value for one in node.values if isinstance(one, ast.Constant) and isinstance(one.value, str)
        )
        return words or "{}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return (text_in(node.left, depth + 1) or text_in(node.right, depth + 1)) if depth < _DEEPEST else ""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in ("str", "repr"):
            return "{}"
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return text_in(node.func.value, depth + 1) if depth < _DEEPEST else ""
    return ""


def empty_returns(handler: ast.ExceptHandler) -> bool:
    """Does a handler return nothing, `False`, or something empty, so that a caller could test for it?"""
    last = handler.body[-1] if handler.body else None
    if not isinstance(last, ast.Return):
        return False
    value = last.value
    if value is None or (isinstance(value, ast.Constant) and value.value in (None, False)):
        return True
    if isinstance(value, ast.List | ast.Tuple):
        return not value.elts
    return isinstance(value, ast.Dict) and not value.keys
