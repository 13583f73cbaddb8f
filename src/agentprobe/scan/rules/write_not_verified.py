"""A tool says that it has written, without a look at whether anything was."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Met, Probe
from agentprobe.scan.module import Function, Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.tool_effects import Write, calls_in, text_in, writes_in
from agentprobe.scan.tools import tool_functions

_CLAIM = re.compile(
    r"success|done\b|complete|(?:creat|updat|delet|remov|cancel|sav|sent|sen[dt]|book|add|insert|refund|clos|schedul|post|writ|approv|"
    r"submitt|charg|transferr|archiv|assign|reset|chang|mark)\w*|\bok\b|true",
    re.IGNORECASE,
)
_CHANGES = re.compile(r"^\s*(update|delete)\b", re.IGNORECASE)
_LOOKS = frozenset({
    "rowcount", "rows_affected", "fetchone", "fetchall", "scalar", "scalar_one", "raise_for_status",
    "status_code", "ok", "json",
    "returncode", "check_returncode", "modified_count", "matched_count", "deleted_count", "inserted_id",
    "acknowledged",
    "raise_for_error", "is_success", "statusmessage", "status", "total_changes", "changes", "fetchval",
    "one", "first", "text",
})  # fmt: skip

_GUARDS = frozenset({"output_guardrails", "output_validators"})
_VERIFIES = re.compile(r"^(?:verify|validate|double_check|read_back)(?:_|$)")


class WriteNotVerified(Rule):
    """A tool reports success whatever came of its write.

    Finds: a tool that runs an UPDATE or DELETE and returns a text of success without a look at how many rows
    it touched; one that drops the answer of a POST, PUT or DELETE, or the end of a process, and says that it
    is done.

    Breaks: an UPDATE of an order that does not exist changes nothing and raises nothing. The tool says
    "cancelled", the agent tells the customer, and nobody finds out before the parcel arrives.

    Example:

        from langchain_core.tools import tool

        @tool
        def cancel_order(number: str) -> str:
            \"\"\"Cancel an order.\"\"\"
            DATABASE.execute("UPDATE orders SET status = 'cancelled' WHERE number = ?", (number,))
            return f"Order {number} cancelled"

    Instead:

        from langchain_core.tools import tool

        @tool
        def cancel_order(number: str) -> str:
            \"\"\"Cancel an order.\"\"\"
            done = DATABASE.execute("UPDATE orders SET status = 'cancelled' WHERE number = ?", (number,))
            if done.rowcount != 1:
                raise LookupError(f"there is no order {number}")
            return f"Order {number} cancelled"

    False alarms: a write whose answer is read, returned or looked up again; INSERTs, which fail loudly; a row
    that was read in the same tool before it was changed.
    """

    code = "SYS003"
    severity = Severity.MEDIUM
    mode = Mode.NO_SYSTEM
    item = Item.VERIFICATION
    probe = Probe(
        faults=("silent_no_op", "partial_success", "error_as_200"),
        expects="reports what did not happen",
        shows=(Sign.LIED,),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for function, tool in tool_functions(module).items():
            claim = _claim(module, function)
            if claim is None:
                continue
            for write in writes_in(module, function):
                what = _unread(module, function, write)
                if what:
                    yield self.found(
                        module.place(claim),
                        f"the tool {tool.name} says that it is done, and does not look {what}",
                        tier=Tier.PROVED,
                        subject=module.qualname(function),
                        consequence="the agent reports, and builds on, what did not happen",
                        advice="look at what the write brought (or read it back) and raise where it changed "
                        "nothing",
                        related=(module.place(write.node),),
                    )
                    break

    def met(self, project: Project) -> Iterable[Met]:
        for facts in project.facts.values():
            if is_test(facts.path):
                continue
            for one in facts.clients:
                for name in _GUARDS & one.arguments.keys():
                    if one.arguments[name].value not in (None, [], ()) or not one.arguments[name].is_literal:
                        yield Met(item=Item.VERIFICATION, place=one.place, what=name)
            for tool in facts.tools:
                if _VERIFIES.match(tool.name):
                    yield Met(item=Item.VERIFICATION, place=tool.place, what=f"the tool '{tool.name}'")


def _claim(module: Module, function: Function) -> ast.Return | None:
    """The return of a text or mark of success that nothing of the write's answer goes into."""
    for one in ast.walk(function):
        if isinstance(one, ast.Return) and one.value is not None and module.function(one) is function:
            text = text_in(module, one.value)
            if isinstance(one.value, ast.Dict):
                text = ast.unparse(one.value)
            if isinstance(one.value, ast.Constant) and one.value.value is True:
                text = "true"
            if _CLAIM.search(text) and not re.search(
                r"error|fail|not found|cannot|invalid|no such|unable", text, re.IGNORECASE
            ):
                return one
    return None


def _unread(module: Module, function: Function, write: Write) -> str:
    """What nobody looks at after this write; "" where somebody does."""
    node = write.node
    if not isinstance(node, ast.Call) or _is_read(module, function, node):
        return ""
    if write.kind == "sql" and _CHANGES.match(write.what) and "returning" not in write.what.lower():
        return "" if _selects(module, function) else "at whether any row was changed"
    if write.kind in ("post", "put"):
        return "at what the server answered"
    if write.kind == "command" and write.what.endswith((".run", ".call", "os.system")):
        checked = any(word.arg == "check" for word in node.keywords)
        return "" if checked else "at how the command ended"
    return ""


def _is_read(module: Module, function: Function, node: ast.Call) -> bool:
    """Is what the write brings used, or does the function look at a count or status at all?"""
    above = module.parent(node)
    while isinstance(above, ast.Await | ast.Attribute | ast.Call) and above is not None:
        if isinstance(above, ast.Attribute) and above.attr in _LOOKS:
            return True
        above = module.parent(above)
    if not isinstance(above, ast.Expr | ast.Assign | ast.withitem | ast.AnnAssign):
        return True
    return any(
        isinstance(one, ast.Attribute) and one.attr in _LOOKS and getattr(one, "lineno", 0) >= node.lineno
        for one in ast.walk(function)
    )


def _selects(module: Module, function: Function) -> bool:
    """Is the row read in the same function?"""
    return any(
        text_in(module, call.args[0]).lstrip()[:6].lower() == "select"
        for call in calls_in(module, function)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("execute", "fetchrow", "fetch")
        and call.args
    )
