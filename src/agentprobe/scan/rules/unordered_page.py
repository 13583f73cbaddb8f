"""A page of rows is cut out of an order that nobody has set."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import Function, Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_effects import calls_in
from agentprobe.scan.tool_reach import queries, tool_code

_LIMIT = re.compile(
    r"\blimit\s+(\d+|%s|\?|:\w+|\$\d|\{\})|\bselect\s+top\s*\(?\s*(\d+)|\bfetch\s+first\s+(\d+)",
    re.IGNORECASE,
)
_ORDER = re.compile(r"\border\s+by\b|\bgroup\s+by\b|<->|<=>|\brandom\(", re.IGNORECASE)
_AGGREGATE = re.compile(r"^\s*select\s+(?:count|sum|avg|max|min)\s*\(", re.IGNORECASE)


class UnorderedPage(Rule):
    """A tool returns the first so many rows of an order that nobody has set.

    Finds: SQL with LIMIT and no ORDER BY in a tool or what it calls; `.limit(n)` of an ORM with no
    `order_by`; a slice of a directory's listing or of a set.

    Breaks: with thirty rows the page holds all of them. With forty thousand it holds those that the database
    happens to come upon first, which change with an index or a vacuum; the agent's answer changes with them,
    and a second page repeats some rows and skips others.

    Example:

        from langchain_core.tools import tool

        @tool
        def open_tickets() -> list:
            \"\"\"List the open tickets.\"\"\"
            return DATABASE.execute("SELECT * FROM tickets WHERE status = 'open' LIMIT 50").fetchall()

    Instead:

        from langchain_core.tools import tool

        @tool
        def open_tickets() -> list:
            \"\"\"List the open tickets, the oldest first.\"\"\"
            return DATABASE.execute(
                "SELECT * FROM tickets WHERE status = 'open' ORDER BY created, id LIMIT 50"
            ).fetchall()

    False alarms: one row (LIMIT 1), aggregates, a search by likeness that orders by itself, queries whose
    text is put together elsewhere.
    """

    code = "FIX004"
    severity = Severity.MEDIUM
    mode = Mode.FIXTURES
    probe = Probe(
        faults=("listing_cut", "results_reordered"),
        expects="answers from whichever rows come first",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for function, tool in tool_code(module).items():
            for node, what in [*_sql(module, function), *_slices(module, function)]:
                yield self.found(
                    module.place(node),
                    f"the tool {tool} returns {what} in no set order",
                    tier=Tier.PROVED,
                    subject=module.qualname(function),
                    consequence="past the limit the answer depends on which rows the store comes upon first",
                    advice="order by something unique, and say in the result how many there are in all",
                )


def _sql(module: Module, function: Function) -> Iterable[tuple[ast.AST, str]]:
    for call, text in queries(module, function):
        limit = _LIMIT.search(text)
        if (
            limit is None
            or _ORDER.search(text)
            or _AGGREGATE.match(text)
            or "{}" in text.split("limit")[0].split("LIMIT")[0]
        ):
            continue
        count = limit[1] or limit[2] or limit[3]
        if count != "1":
            yield call, f"the first {count if count.isdigit() else 'n'} rows"
    for call in calls_in(module, function):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "limit" and _is_orm(call):
            yield call, "the first n rows"


def _is_orm(call: ast.Call) -> bool:
    """Is this the `limit` of a chain of SQLAlchemy or the like with a filter and no order?"""
    methods: list[str] = []
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            methods.append(node.attr)
            node = node.value
        else:
            methods += [node.func.id] if isinstance(node.func, ast.Name) else []
            node = node.func
    asks = {"select", "query", "filter", "filter_by", "where"} & set(methods)
    one = isinstance(call.args[0], ast.Constant) and call.args[0].value == 1 if call.args else False
    return bool(asks) and not {"order_by", "sort", "order"} & set(methods) and not one


def _slices(module: Module, function: Function) -> Iterable[tuple[ast.AST, str]]:
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Slice)
            and node.slice.lower is None
            and node.slice.upper is not None
        ):
            meant = module.value(node.value)
            inner = (
                meant.args[0]
                if isinstance(meant, ast.Call) and getattr(meant.func, "id", "") == "list" and meant.args
                else meant
            )
            if isinstance(inner, ast.Call) and module.qualified(inner.func) in (
                "os.listdir",
                "os.scandir",
                "glob.glob",
                "set",
            ):
                yield node, f"the first of {ast.unparse(inner.func)}()"
