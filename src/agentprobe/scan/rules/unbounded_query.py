"""A tool asks a database for all rows that there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Edit, Finding, Fix, Probe
from agentprobe.scan.flows import own_function
from agentprobe.scan.module import Function, Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.template_text import text_of
from agentprobe.scan.tools import tool_functions

_SELECT = re.compile(
    r"^\s*(?:with\b.*?\)\s*)?select\b(?P<what>.*?)\bfrom\b(?P<rest>.*)$", re.IGNORECASE | re.DOTALL
)
_BOUND = re.compile(
    r"\blimit\b|\bfetch\s+(?:first|next)\b|\btop\s*\(?\s*\d|\brownum\b|\boffset\b|"
    r"\bsqlite_master\b|information_schema|pragma",
    re.IGNORECASE,
)
_AGGREGATE = re.compile(
    r"\b(?:count|sum|avg|min|max|exists|total|group_concat|string_agg|json_agg)\s*\(", re.IGNORECASE
)
_ONE = re.compile(
    r"\bwhere\s+(?:\w+\.)?\"?(?:id|uuid|email|username|key|slug|\w+_(?:id|key|number|no|code|uuid))\"?\s*=\s*"
    r"(?:\?|%s|%\(\w+\)s|:\w+|\$\d+|'?\{|'?\d)",
    re.IGNORECASE,
)
_ENDS = (
    "limit",
    "first",
    "one",
    "one_or_none",
    "paginate",
    "slice",
    "top",
    "scalar",
    "scalar_one",
    "fetch_one",
)
_ROWS = ("fetchall", "all", "scalars", "mappings", "fetch_all", "fetch")
_MOST = 100
_LONGEST = 20_000


class UnboundedQuery(Rule):
    """A query of a tool has no limit on the rows that it gives back.

    Finds: a `SELECT` without `LIMIT` in a tool whose rows are all fetched, `.all()` of an ORM without
    `.limit()`, and `find()` of MongoDB without one.

    Breaks: with ten rows in the test database all is well. In production the answer has fifty thousand: it
    fills the window, or is cut somewhere, and the model takes the part for the whole.

    Example:

        import sqlite3
        from langchain_core.tools import tool

        @tool
        def find_customers(city: str) -> list:
            "Find the customers of a city."
            with sqlite3.connect("shop.db") as database:
                return database.execute("SELECT id, name FROM customers WHERE city = ?", (city,)).fetchall()

    Instead:

        import sqlite3
        from langchain_core.tools import tool

        @tool
        def find_customers(city: str) -> list:
            "Find the customers of a city, fifty at most."
            query = "SELECT id, name FROM customers WHERE city = ? ORDER BY id LIMIT 50"
            with sqlite3.connect("shop.db") as database:
                return database.execute(query, (city,)).fetchall()

    False alarms: aggregates, look-ups by a key, and queries of which one row is taken.
    """

    code = "CTX007"
    severity = Severity.MEDIUM
    mode = Mode.CONTEXT_OVERFLOW
    fixes = "unsafe"
    triggers = ("select", "SELECT", "Select", ".find(", ".all()")
    probe = Probe(faults=("oversized_result",), expects="hands all of it to the model", shows=(Sign.SWOLLEN,))

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        told: set[ast.AST] = set()
        tools = tool_functions(module)
        for function, tool in tools.items():
            for call, what in _queries(module, function, set()):
                if call not in told:
                    told.add(call)
                    yield self._found(module, call, what, tool.name)

    def _found(self, module: Module, call: ast.Call, what: str, tool: str) -> Finding:
        edit = _limited(module, call)
        return self.found(
            module.place(call),
            f"{what} of the tool {tool} gives back as many rows as there are",
            tier=Tier.INFERRED,
            subject=f"{tool}:{module.qualname(call)}",
            consequence="with the rows of production the result fills the window, or is cut unseen",
            advice="order the rows, limit them, and say in the result when there are more",
            fix=Fix(what=f"take {_MOST} rows at most", edits=(edit,)) if edit is not None else None,
        )


def _queries(module: Module, function: Function, seen: set[Function]) -> Iterator[tuple[ast.Call, str]]:
    """The queries without a bound in a function, and in those of this module that it calls."""
    if function in seen or len(seen) > 6:
        return
    seen.add(function)
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    for call in calls:
        what = _unbounded(module, function, call)
        if what:
            yield call, what
    for call in calls:
        own = module.by_qualname.get(own_function(module, call))
        if own is not None:
            yield from _queries(module, own, seen)


def _unbounded(module: Module, function: Function, call: ast.Call) -> str:
    if not isinstance(call.func, ast.Attribute):
        return ""
    if call.func.attr in ("execute", "fetch", "fetch_all", "read_sql", "read_sql_query") and call.args:
        text = _query(module, call.args[0])
        if _is_open(text) and (call.func.attr != "execute" or _takes_all(module, function, call)):
            return "a query"
    if call.func.attr == "all" and not call.args and _of_orm(call):
        return "`.all()`"
    if call.func.attr == "find" and _of_mongo(module, call):
        return "`find()`"
    return ""


def _query(module: Module, node: ast.expr) -> str:
    """The text of a query, through `text("…")` and f-strings."""
    meant = module.value(node) or node
    if isinstance(meant, ast.Call) and meant.args and module.qualified(meant.func).endswith(".text"):
        meant = module.value(meant.args[0]) or meant.args[0]
    return text_of(module, meant)[0][:_LONGEST]


def _is_open(text: str) -> bool:
    match = _SELECT.search(text)
    if match is None or _BOUND.search(text):
        return False
    grouped = re.search(r"\bgroup\s+by\b", text, re.IGNORECASE)
    return not (_AGGREGATE.search(match["what"]) and not grouped) and not _ONE.search(match["rest"])


def _takes_all(module: Module, function: Function, call: ast.Call) -> bool:
    """Are all rows of what a cursor ran taken, by `fetchall` or by going over them?"""
    above = module.parent(call)
    above = module.parent(above) if isinstance(above, ast.Await) else above
    if isinstance(above, ast.Attribute):
        return above.attr in _ROWS
    if isinstance(above, ast.For | ast.comprehension) or (
        isinstance(above, ast.Call) and getattr(above.func, "id", "") in ("list", "dict", "sorted")
    ):
        return True
    taken = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    return bool(taken & set(_ROWS)) and not taken & {"fetchone", "fetchmany"}


def _of_orm(call: ast.Call) -> bool:
    """Is it `.query(X)….all()` without a limit?"""
    names: list[str] = []
    node: ast.expr = call.func
    for _ in range(16):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            break
    return bool({"query", "objects"} & set(names)) and not set(_ENDS) & set(names)


def _of_mongo(module: Module, call: ast.Call) -> bool:
    """Is it `collection.find(…)` of MongoDB that is gone over without `.limit()`?"""
    if not module.imported_roots & {"pymongo", "motor"} or not isinstance(call.func, ast.Attribute):
        return False
    if not (call.args and isinstance(call.args[0], ast.Dict | ast.Name)) and call.args:
        return False
    if any(word.arg == "limit" for word in call.keywords):
        return False
    above = module.parent(call)
    while isinstance(above, ast.Attribute | ast.Call):
        if isinstance(above, ast.Attribute) and above.attr in (*_ENDS, "to_list", "count", "distinct"):
            return False
        above = module.parent(above)
    function = module.function(call)
    return function is not None and not any(
        isinstance(node, ast.Attribute) and node.attr == "limit" for node in ast.walk(function)
    )


def _limited(module: Module, call: ast.Call) -> Edit | None:
    """An edit that ends a literal query with a limit."""
    node = module.value(call.args[0]) if call.args else None
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return None
    start, end = module.span(node)
    raw = module.text.raw[start:end]
    quotes = 3 if raw.endswith((b'"""', b"'''")) else 1
    inside = raw[: len(raw) - quotes]
    kept = inside.rstrip()
    if kept.endswith(b";"):
        kept = kept[:-1]
    if raw.count(raw[-1:]) != 2 * quotes:  # several pieces of text side by side
        return None
    return Edit(path=module.path, start=start + len(kept), end=start + len(inside), text=f" LIMIT {_MOST}")
