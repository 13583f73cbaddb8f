"""A time without its zone is told to the model, or counted with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Edit, Finding, Fix, Probe
from agentprobe.scan.module import Module, argument
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.rules.prompt_volatile import clocks_told
from agentprobe.scan.severity import Mode, Persona, Severity, Tier
from agentprobe.scan.tool_reach import tool_code
from agentprobe.scan.values import literal

_NOW = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today")
_TELLS_TIME = re.compile(r"%[HIMSpXTcRs]")
_TELLS_ZONE = re.compile(r"%[zZ]")
_SHOWN = re.compile(
    r"print|log|debug|info|warn|error|exception|echo|write|filename|path|name|trace|emit|file", re.IGNORECASE
)
_PROMPTS = re.compile(r"prompt|message|system|instruction|content|context", re.IGNORECASE)


class NaiveClock(Rule):
    """A time that does not say its zone is told to the model or sent on.

    Finds: `datetime.now()` and `datetime.utcnow()` without a zone in what a tool returns, in a prompt, or as
    `utcnow().timestamp()`, which is wrong by the zone's hours.

    Breaks: the server runs in UTC, the developer's machine did not. "Book it for 3 pm" is booked for 3 pm of
    another city, and a token that is good for an hour is out of date or good for nine.

    Example:

        from datetime import datetime
        from langchain_core.tools import tool

        @tool
        def current_time() -> str:
            \"\"\"Say what time it is.\"\"\"
            return datetime.now().isoformat()

    Instead:

        from datetime import UTC, datetime
        from langchain_core.tools import tool

        @tool
        def current_time() -> str:
            \"\"\"Say what time it is.\"\"\"
            return datetime.now(UTC).isoformat()

    False alarms: a clock in a system prompt, which `prompt-volatile` finds; times that are only logged or
    that name a file; differences of two times of one clock.
    """

    code = "SYS005"
    severity = Severity.LOW
    mode = Mode.NO_SYSTEM
    fixes = "safe"
    triggers = ("datetime",)
    probe = Probe(
        faults=("clock_skew", "other_locale", "dst_shift"),
        expects="acts at the wrong hour",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        in_tools = tool_code(module)
        for call in module.calls:
            dotted = module.qualified(call.func) if _is_now(call) else ""
            if dotted not in _NOW or call.args or call.keywords or call in clocks_told(module):
                continue
            function = module.function(call)
            where = _told_where(module, call, function is not None and function in in_tools)
            if where:
                day = where.endswith("a day")
                yield self.found(
                    module.place(call),
                    f"{_last(dotted)}() has no zone, and {where}",
                    tier=Tier.PROVED,
                    persona=Persona.PEDANTIC if day else None,
                    subject=module.qualname(function) if function is not None else "",
                    consequence="on a server in another zone the hour, and near midnight the day, is wrong",
                    advice="take the time in UTC, or in the user's zone, and say which it is",
                    fix=_fix(module, call, dotted) if "timestamp" not in where and not day else None,
                )


def _is_now(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("now", "utcnow", "today")


def _last(dotted: str) -> str:
    return ".".join(dotted.split(".")[-2:])


def _told_where(module: Module, call: ast.expr, is_tool: bool, depth: int = 0) -> str:
    """Where such a time goes, in words; "" where it hurts nobody."""
    outer: ast.AST = call
    how = ""
    above = module.parent(call)
    while isinstance(above, ast.Attribute | ast.Call) and (
        not isinstance(above, ast.Call) or above.func is outer
    ):
        if isinstance(above, ast.Attribute):
            how = how or above.attr
        elif how == "strftime":
            told = literal(module, argument(above, "format", 0))
            if isinstance(told, str) and _TELLS_ZONE.search(told):
                return ""
            how = "strftime" if not isinstance(told, str) or _TELLS_TIME.search(told) else "a day"
        outer, above = above, module.parent(above)
    if how == "timestamp":
        return "utcnow().timestamp() is off by the zone's hours" if "utcnow" in ast.unparse(call) else ""
    day = " as a day" if how in ("a day", "date", "year", "month", "day", "weekday") else ""
    if how in ("hour", "minute", "replace", "astimezone") and how != "hour":
        return ""
    return _goes(module, outer, is_tool, day) or _by_name(module, outer, is_tool, day, depth)


def _by_name(module: Module, node: ast.AST, is_tool: bool, day: str, depth: int) -> str:
    """Where a time goes under the one name that it is given."""
    above = module.parent(node)
    target = above.targets[0] if isinstance(above, ast.Assign) and len(above.targets) == 1 else None
    function = module.function(node)
    if not isinstance(target, ast.Name) or function is None or depth > 1 or len(module.bound(target)) != 1:
        return ""
    for use in ast.walk(function):
        if isinstance(use, ast.Name) and use.id == target.id and isinstance(use.ctx, ast.Load):
            told = _told_where(module, use, is_tool, depth + 1)
            if told:
                return told if not day or told.endswith("a day") else f"{told}{day}"
    return ""


def _goes(module: Module, node: ast.AST, is_tool: bool, day: str) -> str:
    for above in module.ancestors(node):
        if isinstance(above, ast.BinOp) and isinstance(above.op, ast.Sub):
            return ""  # a span, which is the same in every zone
        if isinstance(above, ast.Return) and is_tool:
            return f"a tool tells it to the model{day}"
        if isinstance(above, ast.Call) and _shown_only(module, above):
            return ""
        if isinstance(above, ast.keyword) and above.arg and _PROMPTS.search(above.arg):
            return f"it stands in a prompt{day}"
        if isinstance(above, ast.Dict) and _is_message(above):
            return f"it stands in a message to the model{day}"
        if _fills_prompt(above) or (isinstance(above, ast.stmt) and _is_prompt(above)):
            return f"it stands in a prompt{day}"
        if isinstance(above, ast.stmt):
            return ""
    return ""


def _fills_prompt(node: ast.AST) -> bool:
    """Is it `SYSTEM_PROMPT.format(…)`?"""
    func = node.func if isinstance(node, ast.Call) else None
    if not isinstance(func, ast.Attribute) or func.attr != "format":
        return False
    return bool(re.search(r"prompt|instruction", ast.unparse(func.value), re.IGNORECASE))


def _shown_only(module: Module, call: ast.Call) -> bool:
    """Does a call print or log what it is given, or do something with it that no prompt has?"""
    name = ast.unparse(call.func)
    if _SHOWN.search(name.rpartition(".")[2]):
        return True
    return isinstance(module.parent(call), ast.Expr) and not _PROMPTS.search(name)


def _is_prompt(statement: ast.stmt) -> bool:
    """Does a statement name a text a prompt?"""
    if not isinstance(statement, ast.Assign):
        return False
    name = ast.unparse(statement.targets[0]).lower()
    made = isinstance(statement.value, ast.JoinedStr | ast.BinOp | ast.Call)
    return made and ("prompt" in name or "instruction" in name)


def _is_message(node: ast.Dict) -> bool:
    keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
    return {"role", "content"} <= keys


def _fix(module: Module, call: ast.Call, dotted: str) -> Fix | None:
    """`datetime.now()` says its zone as `datetime.now().astimezone()`: the same hour, with its zone."""
    if not dotted.endswith((".now", ".today")):
        return None
    edit = Edit(path=module.path, start=module.span(call)[1], end=module.span(call)[1], text=".astimezone()")
    return Fix(what="say the zone of this machine", edits=(edit,), safe=True)
