"""The body of an HTTP answer is used, whatever its status says."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import within
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.mending.lines import indent_of, line_end, stands_alone
from agentprobe.scan.module import Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.fetches import requests, unchecked
from agentprobe.scan.scripts.model_calls import model_calls
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.tools import tool_around
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import literal
from agentprobe.scan.waiting import waits

_CHECKS = frozenset({
    "raise_for_status", "status_code", "ok", "is_success", "is_error", "status", "is_client_error",
    "is_server_error",
    "reason", "reason_phrase", "is_redirect",
})  # fmt: skip
_BODIES = frozenset(
    {"json", "text", "content", "read", "iter_lines", "iter_content", "aiter_lines", "iter_bytes"}
)
_TOLD_BY_BODY = frozenset(
    {"error", "errors", "status", "success", "ok", "code", "err", "message", "detail", "errorCode"}
)
_CLIENTS = frozenset({"requests", "httpx", "aiohttp"})
_VERBS = ("get", "post", "put", "patch", "delete", "request")
_AIOHTTP = tuple(f"aiohttp.ClientSession.{verb}" for verb in _VERBS)


class HttpStatusUnchecked(Rule):
    """What an HTTP call brings is read as data though nobody has looked at its status.

    Finds: an answer of requests, httpx or aiohttp whose `json()`, `text` or `content` is used in a function
    that never looks at its status and does not call `raise_for_status()`.

    Breaks: the page of a gateway that says 502, or `{"message": "rate limit"}` with 429, is parsed, shown to
    the model and believed. These clients raise nothing for a bad status by themselves.

    Example:

        import requests

        def weather(city):
            response = requests.get("https://api.example.com/weather", params={"q": city}, timeout=10)
            return response.json()

    Instead:

        import requests

        def weather(city):
            response = requests.get("https://api.example.com/weather", params={"q": city}, timeout=10)
            response.raise_for_status()
            return response.json()

    False alarms: a status that is read later or by whom the answer is handed to; a body that has a field for
    errors, which is looked at; a client that raises by a hook.
    """

    code = "ERR007"
    severity = Severity.MEDIUM
    mode = Mode.SILENT_ERRORS
    fixes = "safe"
    probe = Probe(
        faults=("gateway_page", "rate_limit_as_result"),
        expects="reads an error page as data",
        shows=(Sign.LIED, Sign.STRAYED, Sign.TRIPPED),
    )
    triggers = ("requests", "httpx", "aiohttp")

    def in_script(self, script: Script) -> Iterable[Finding]:
        if is_test(script.path):
            return
        asked = model_calls(script)
        for one in requests(script):
            tool = tool_around(script, one.call)
            if one.call not in asked and tool is None:
                continue
            read = unchecked(script, one)
            if read is None:
                continue
            whose = f"the tool {tool.name} uses" if tool is not None and tool.name else "here one uses"
            yield self.found(
                script.place(one.call),
                f"{whose} the body of an answer whose status nobody looks at",
                tier=Tier.PROVED,
                subject=script.name_of(script.function(one.call)),
                consequence="fetch does not throw for a 429 or 500: an error page is parsed, and believed",
                advice="if (!response.ok) throw an error with response.status, before the body is read",
                related=(script.place(read),),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path) or not module.imported_roots & _CLIENTS or _raises_by_itself(module):
            return
        for call, told in waits(module).items():
            if told.kind == "http" and told.callee.startswith(("requests", "httpx")):
                yield from self._unchecked(module, call)
        for call in calls_of(module, *_VERBS) if "aiohttp" in module.imported_roots else ():
            if isinstance(call.func, ast.Attribute) and module.qualified(call.func) in _AIOHTTP:
                yield from self._unchecked(module, call)

    def _unchecked(self, module: Module, call: ast.Call) -> Iterable[Finding]:
        above = _outside_await(module, call)
        function = module.function(call)
        scope = function or module.tree
        if isinstance(above, ast.Attribute):
            used = above.attr in _BODIES
            name, fix = "", None
        else:
            target = _bound_to(above)
            if target is None:
                return
            used = _only_body(module, scope, target)
            name, fix = target, _raise_after(module, above, target)
        if used and not (
            _told_by_body(module, scope) or _turned_away(module, scope, call) or _catches_404(module, call)
        ):
            yield self.found(
                module.place(call),
                f"the body of {name or 'the answer'} is used and its status is not looked at",
                tier=Tier.PROVED,
                subject=module.qualname(function) if function is not None else "",
                consequence="an error page or a rate limit is parsed, shown to the model and believed",
                advice=f"call {name or 'response'}.raise_for_status() before its body is read",
                fix=fix,
            )


def _outside_await(module: Module, call: ast.Call) -> ast.AST | None:
    above = module.parent(call)
    while isinstance(above, ast.Await):
        above = module.parent(above)
    return above


def _bound_to(above: ast.AST | None) -> str | None:
    """The plain name that an answer is bound to."""
    if isinstance(above, ast.Assign) and len(above.targets) == 1 and isinstance(above.targets[0], ast.Name):
        return above.targets[0].id
    if isinstance(above, ast.withitem) and isinstance(above.optional_vars, ast.Name):
        return above.optional_vars.id
    return None


def _only_body(module: Module, scope: ast.AST, name: str) -> bool:
    """Is an answer used for its body, never for its status, and handed to nobody else?"""
    bodies = False
    for node in ast.walk(scope):
        if not (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)):
            continue
        above = module.parent(node)
        if not isinstance(above, ast.Attribute) or above.attr in _CHECKS:
            return False
        bodies = bodies or above.attr in _BODIES
    return bodies


def _told_by_body(module: Module, scope: ast.AST) -> bool:
    """Does the function look at a field of a body that tells of errors?"""
    for node in within(module, scope):
        if isinstance(node, ast.Constant) and node.value in _TOLD_BY_BODY:
            above = module.parent(node)
            if isinstance(above, ast.Compare | ast.Subscript) or (
                isinstance(above, ast.Call) and node in above.args
            ):
                return True
    return False


def _turned_away(module: Module, scope: ast.AST, call: ast.Call) -> bool:
    """Is this answer turned away where its body has not the field that is wanted?"""
    bodies: set[str] = set()
    inside = [one for one in within(module, scope) if isinstance(one, ast.Assign)]
    for one in sorted(inside, key=lambda each: each.lineno):
        mentions = {each.id for each in ast.walk(one.value) if isinstance(each, ast.Name)}
        if isinstance(one.targets[0], ast.Name) and (one is module.statement(call) or mentions & bodies):
            bodies.add(one.targets[0].id)
    return any(
        isinstance(node, ast.If)
        and _leaves_without(node)
        and any(isinstance(each, ast.Name) and each.id in bodies for each in ast.walk(node.test))
        for node in within(module, scope)
    )


def _leaves_without(node: ast.If) -> bool:
    """Is a body without its field turned away: `if "results" not in body: return …`?"""
    test = node.test
    if not isinstance(node.body[-1], ast.Return | ast.Raise | ast.Continue):
        return False
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], ast.NotIn) and isinstance(test.left, ast.Constant)
    inner = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else None
    return (
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr == "get"
        and bool(inner.args)
        and isinstance(inner.args[0], ast.Constant)
    )


def _catches_404(module: Module, call: ast.Call) -> bool:
    return any(
        word.arg == "raise_for_status" and literal(module, word.value) is True for word in call.keywords
    )  # aiohttp takes it for one request


def _raises_by_itself(module: Module) -> bool:
    """Does a client of this module raise for a bad status by a hook or a setting?"""
    words = {word.arg for call in module.calls for word in call.keywords}
    if words & {"event_hooks", "raise_for_status"}:
        return True
    return any(isinstance(target, ast.Subscript | ast.Attribute) and "hooks" in ast.unparse(target)
               for one in module.of(ast.Assign) for target in one.targets)  # fmt: skip


def _raise_after(module: Module, above: ast.AST | None, name: str) -> Fix | None:
    """A line after the call; only where the statement stands alone on its line."""
    if not isinstance(above, ast.Assign) or not stands_alone(module, above):
        return None
    text = f"\n{indent_of(module, module.span(above)[0])}{name}.raise_for_status()"
    edit = module.inserted(line_end(module, above), text)
    return Fix(what=f"call {name}.raise_for_status()", edits=(edit,), safe=True)
