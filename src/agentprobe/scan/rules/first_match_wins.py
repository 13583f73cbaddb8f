"""A tool that finds things takes the first of several matches and says nothing of the others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Effect
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import Function, Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_effects import by_name, calls_in
from agentprobe.scan.tool_reach import queries, tool_code

_KEYS = re.compile(
    r"(?:^|_|\b)(?:id|ids|uuid|guid|key|pk|number|no|code|sku|slug|email|mail|isbn|iban|ssn|token|username|login|handle|url|uri|path|"
    r"hash|sha|rowid|oid|ref|ticker|symbol|primary|version|index|tag_name|phone|timestamp)s?(?:$|_|\b)",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"(?:^|_|\b)(?:name|title|subject|customer|company|city|label|description|text|content|topic|keyword|query|term|summary|product)s?(?:$|_|\b)",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\bwhere\b(.*)", re.IGNORECASE | re.DOTALL)
_LIKE = re.compile(r"([\w.]+)\)?\s*(?:i?like\b|~\*?)|\blower\(\s*([\w.]+)\s*\)\s*=", re.IGNORECASE)
_EQUAL = re.compile(r"([\w.]+)\s*=\s*(?:%s|\?|:\w+|\$\d|\{\}|'\{\}'|@\w+)", re.IGNORECASE)
_AGGREGATE = re.compile(
    r"^\s*select\s+(?:count|sum|avg|max|min|exists|coalesce\s*\(\s*(?:sum|max|min))\s*\(", re.IGNORECASE
)


class FirstMatchWins(Rule):
    """A tool looks for something by its name and returns the first match as if it were the only one.

    Finds: in tools and what they call: `next(… for … if name in …)`, a loop that returns, or is left, at
    the first row whose name fits, `fetchone()` or `LIMIT 1` after a WHERE by a name or with LIKE, `.first()`
    after such a filter.

    Breaks: the test data has one John Smith, production has forty-seven. The tool picks whichever comes first
    and hides that there was a choice, so the agent cannot ask which one was meant; it acts on the wrong one.

    Example:

        from langchain_core.tools import tool

        @tool
        def find_customer(name: str) -> dict:
            \"\"\"Find a customer by name.\"\"\"
            for customer in CUSTOMERS:
                if name.lower() in customer["name"].lower():
                    return customer
            return {}

    Instead:

        from langchain_core.tools import tool

        @tool
        def find_customer(name: str) -> list[dict]:
            \"\"\"Find customers by name; several may have the same.\"\"\"
            return [customer for customer in CUSTOMERS if name.lower() in customer["name"].lower()]

    False alarms: what is looked for by a unique key (id, e-mail, number) has one match; aggregates have one
    row.
    """

    code = "FIX001"
    severity = Severity.HIGH
    mode = Mode.FIXTURES
    probe = Probe(
        faults=("many_for_one", "near_duplicate", "wrong_entity"),
        expects="acts on the first of several",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for function, tool in tool_code(module).items():
            found = next(_picks(module, function), None)
            if found is not None and by_name(tool) is not Effect.WRITE:
                node, by, tier = found
                yield self.found(
                    module.place(node),
                    f"the tool {tool} returns the first match by {by}, whatever others there are",
                    tier=tier,
                    subject=module.qualname(function),
                    consequence="with two that fit, the agent acts on one and cannot know that there was "
                    "a choice",
                    advice="return all matches (or the count, and a question which is meant), and look up "
                    "by a key to act",
                )


def _picks(module: Module, function: Function) -> Iterator[tuple[ast.AST, str, Tier]]:
    for call in calls_in(module, function):
        if not (isinstance(call.func, ast.Name) and call.func.id == "next" and call.args):
            continue
        given = call.args[0]
        tests = given.generators[0].ifs if isinstance(given, ast.GeneratorExp) else []
        for test in tests if _is_returned(module, function, call) else []:
            told = _by(test)
            if told is not None:
                yield call, *told
    for node in ast.walk(function):
        if isinstance(node, ast.For) and not node.orelse:
            yield from _in_loop(node)
    yield from _from_database(module, function)


def _in_loop(loop: ast.For) -> Iterator[tuple[ast.AST, str, Tier]]:
    """The tests by which a loop returns, or keeps and leaves with, the first row that passes."""
    for part in (one for one in loop.body if isinstance(one, ast.If)):
        returns = _returns_the_row(part, loop.target)
        told = _by(part.test) if returns or _keeps_the_row(part, loop.target) else None
        if told is not None:
            yield part, told[0], told[1] if returns else Tier.INFERRED


def _is_returned(module: Module, function: Function, call: ast.Call) -> bool:
    """Does what was found go into what the function returns?"""
    statement = module.statement(call)
    if isinstance(statement, ast.Return):
        return True
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    return isinstance(target, ast.Name) and any(
        isinstance(one, ast.Return)
        and one.value is not None
        and any(isinstance(each, ast.Name) and each.id == target.id for each in ast.walk(one.value))
        for one in ast.walk(function)
    )


def _returns_the_row(part: ast.If, target: ast.expr) -> bool:
    """Is what is returned made of the row that the loop stands at?"""
    names = {one.id for one in ast.walk(target) if isinstance(one, ast.Name)}
    return any(
        isinstance(one, ast.Return)
        and one.value is not None
        and any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(one.value))
        for one in part.body
    )


def _keeps_the_row(part: ast.If, target: ast.expr) -> bool:
    """Is the row that the loop stands at kept under a name, and the loop left: `found = row["id"]; break`?"""
    names = {one.id for one in ast.walk(target) if isinstance(one, ast.Name)}
    kept = any(
        isinstance(one, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(one.value))
        for one in part.body
    )
    return kept and isinstance(part.body[-1], ast.Break)


def _by(test: ast.expr) -> tuple[str, Tier] | None:
    """By what a test chooses, where more than one may pass it."""
    parts = test.values if isinstance(test, ast.BoolOp) else [test]
    texts = [(one, ast.unparse(one)) for one in parts]
    if any(_is_equal(one) and _by_key(text) for one, text in texts):
        return None
    for one, text in texts:
        if not isinstance(one, ast.Compare) or len(one.ops) != 1:
            continue
        if isinstance(one.ops[0], ast.In) and _NAMES.search(_field(one.comparators[0])) and not _by_key(text):
            return f"a part of {_field(one.comparators[0])}", Tier.PROVED
        if isinstance(one.ops[0], ast.Eq):
            field = next(
                (
                    name
                    for side in (one.left, *one.comparators)
                    if (name := _field(side)) and _NAMES.search(name)
                ),
                "",
            )
            if field and not _by_key(text):
                return field, Tier.PROVED
    return None


def _is_equal(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq)


def _by_key(text: str) -> bool:
    return any(_KEYS.search(word) for word in re.findall(r"\w+", text))


def _field(node: ast.expr) -> str:
    """The field of a row that an expression reads: `row["name"].lower()` reads "name"."""
    for _ in range(6):
        if isinstance(node, ast.Call):
            func = node.func
            if (
                isinstance(func, ast.Attribute)
                and func.attr == "get"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                return str(node.args[0].value)
            if not isinstance(func, ast.Attribute):
                return ""
            node = func.value
        elif isinstance(node, ast.Subscript):
            return (
                str(node.slice.value)
                if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
                else ""
            )
        elif isinstance(node, ast.Attribute):
            return node.attr
        else:
            return ""
    return ""


def _from_database(module: Module, function: Function) -> Iterator[tuple[ast.AST, str, Tier]]:
    """A query by a name of which one row is taken."""
    for call, text in queries(module, function):
        where = _WHERE.search(text)
        if where is None or _AGGREGATE.match(text) or text[:6].lower() in ("update", "delete"):
            continue
        is_one = re.search(r"\blimit\s+1\b(?!\d)", text, re.IGNORECASE) or _takes_one(module, function, call)
        keys = [name for name in _EQUAL.findall(where[1]) if _KEYS.search(name)]
        fuzzy = _LIKE.search(where[1])
        equal = next((name for name in _EQUAL.findall(where[1]) if _NAMES.search(name)), "")
        if is_one and not keys and not re.search(r"order\s+by", text, re.IGNORECASE):
            if fuzzy is not None:
                yield call, f"a part of {fuzzy[1] or fuzzy[2]}", Tier.PROVED
            elif equal:
                yield call, equal.rpartition(".")[2], Tier.PROVED


def _takes_one(module: Module, function: Function, query: ast.Call) -> bool:
    if getattr(query.func, "attr", "") in ("fetchrow", "fetch_one"):
        return True
    return any(
        isinstance(call.func, ast.Attribute) and call.func.attr == "fetchone" and call.lineno >= query.lineno
        for call in calls_in(module, function)
    )
