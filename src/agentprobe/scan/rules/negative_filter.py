"""A filter says what is not wanted, and lets through all that nobody thought of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import Function, Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_reach import queries, tool_code

_SQL = re.compile(
    r"\b([\w.]*(?:status|state|stage|phase|type|kind|category))\s*(?:!=|<>|\bnot\s+in\b)\s*(\(?\s*'[^']*')",
    re.IGNORECASE,
)
_FIELDS = re.compile(r"(?:^|_)(?:status|state|stage|phase)$", re.IGNORECASE)
_GONE = re.compile(r"delet|archiv|trash|removed|hidden|spam|test|draft", re.IGNORECASE)


class NegativeFilter(Rule):
    """A tool chooses rows by what their status is not.

    Finds: `status != 'closed'`, `NOT IN ('closed', …)` in the SQL of a tool, `$ne` in its queries, and
    comprehensions that keep rows whose status differs from one value.

    Breaks: the test data knows "open" and "closed". Production has "pending", "merged", "on hold" and a few
    misspellings, and all of them pass: thirty rows become forty thousand, and the agent acts on some of them.

    Example:

        from langchain_core.tools import tool

        @tool
        def active_accounts() -> list:
            \"\"\"List the active accounts.\"\"\"
            return DATABASE.execute("SELECT * FROM accounts WHERE status != 'closed' ORDER BY id").fetchall()

    Instead:

        from langchain_core.tools import tool

        @tool
        def active_accounts() -> list:
            \"\"\"List the active accounts.\"\"\"
            return DATABASE.execute("SELECT * FROM accounts WHERE status = 'active' ORDER BY id").fetchall()

    False alarms: leaving out what is deleted, archived or a test; a status with two values by its type.
    """

    code = "FIX005"
    severity = Severity.LOW
    mode = Mode.FIXTURES
    probe = Probe(
        faults=("oversized_result",),
        expects="acts on rows that nobody meant",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for function, tool in tool_code(module).items():
            for node, what in _found(module, function):
                yield self.found(
                    module.place(node),
                    f"the tool {tool} takes every row for which {what}",
                    tier=Tier.PROVED,
                    subject=f"{module.qualname(function)} {what}",
                    consequence="every status that nobody thought of passes",
                    advice="name the values that are wanted",
                )


def _found(module: Module, function: Function) -> Iterator[tuple[ast.AST, str]]:
    for call, text in queries(module, function):
        match = _SQL.search(text)
        if match is not None and not _GONE.search(match[2]):
            yield call, " ".join(match[0].split()) + (", …)" if "(" in match[2] else "")
    for node in ast.walk(function):
        if isinstance(node, ast.comprehension):
            for test in node.ifs:
                if _is_negative(test):
                    yield test, ast.unparse(test)
        elif isinstance(node, ast.Dict):
            yield from _of_query(node)


def _is_negative(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotEq | ast.NotIn)):
        return False
    left, right = test.left, test.comparators[0]
    if (
        isinstance(left, ast.Call)
        and isinstance(left.func, ast.Attribute)
        and left.func.attr in ("lower", "get", "upper")
    ):
        left = left.args[0] if left.func.attr == "get" and left.args else left.func.value
    name = left.attr if isinstance(left, ast.Attribute) else ""
    if isinstance(left, ast.Subscript) and isinstance(left.slice, ast.Constant):
        name = str(left.slice.value)
    if isinstance(left, ast.Constant):
        name = str(left.value)
    told = ast.unparse(right)
    return bool(_FIELDS.search(name)) and ("'" in told) and not _GONE.search(told)


def _of_query(node: ast.Dict) -> Iterator[tuple[ast.AST, str]]:
    for key, item in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and _FIELDS.search(str(key.value)) and isinstance(item, ast.Dict):
            names = {str(one.value) for one in item.keys if isinstance(one, ast.Constant)}
            if names & {"$ne", "$nin"} and not _GONE.search(ast.unparse(item)):
                yield item, f"{key.value!s} is not {', '.join(ast.unparse(one) for one in item.values)}"
