"""A second try is made hotter than the first."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.scan.bounds import counters
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import FUNCTIONS, Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import literal

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_NAMES = ("temperature", "temp")


class RetryHeatsUp(Rule):
    """A retry raises the temperature with each attempt.

    Finds: a temperature that grows with the number of the attempt, or by `+=` in the handler or loop that
    asks again, or a list of rising temperatures that is gone through until one succeeds.

    Breaks: the answers that come after a failure are drawn otherwise than those that were tested, and the
    failure is covered instead of mended: what parses at 0.9 is mostly not what was asked for.

    Example:

        from openai import OpenAI

        client = OpenAI(timeout=30)

        def ask(messages):
            for attempt in range(3):
                try:
                    answer = client.chat.completions.create(
                        model="gpt-4.1", messages=messages, temperature=0.2 * attempt
                    )
                    return parsed(answer)
                except ValueError:
                    continue

    Instead:

        from openai import OpenAI

        client = OpenAI(timeout=30)

        def ask(messages):
            for attempt in range(3):
                try:
                    answer = client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)
                    return parsed(answer)
                except ValueError as error:
                    messages = [*messages, told(error)]

    False alarms: a search that tries several temperatures and keeps or compares all answers.
    """

    code = "TMP008"
    severity = Severity.MEDIUM
    mode = Mode.TEMPERATURE_DRIFT
    probe = Probe(faults=("cut_answer", "server_error"), expects="a last answer at another temperature")
    triggers = _NAMES

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for word in module.of(ast.keyword):
            heated = _heated_by(module, word.value) if word.arg == "temperature" else None
            if heated is not None:
                yield self._of(module, word.value, heated)
        for grown in module.of(ast.AugAssign):
            name = _name(grown.target)
            loop = _loop_around(module, grown)
            if (
                name in _NAMES
                and isinstance(grown.op, ast.Add | ast.Mult)
                and loop is not None
                and _asks_again(loop)
            ):
                yield self._of(module, grown, loop)

    def _of(self, module: Module, node: ast.expr | ast.stmt, loop: ast.AST) -> Finding:
        function = module.function(node)
        return self.found(
            module.place(node),
            f"the temperature rises with each attempt: {module.source(node)}",
            tier=Tier.PROVED,
            subject=module.qualname(function) if function is not None else "",
            consequence="what comes after a failure is drawn at a temperature that no test has seen",
            advice="ask again at the same temperature, and tell the model what was wrong",
            related=(module.place(loop),),
        )


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _loop_around(module: Module, node: ast.AST) -> ast.For | ast.AsyncFor | ast.While | None:
    for above in module.ancestors(node):
        if isinstance(above, FUNCTIONS):
            return None
        if isinstance(above, _LOOPS):
            return above
    return None


def _asks_again(loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Does a loop end with its first success, rather than gather what all rounds give?"""
    leaves = gathers = False
    for node in ast.walk(loop):
        if isinstance(node, ast.Return | ast.Break):
            leaves = True
        if isinstance(node, ast.Attribute) and node.attr in ("append", "extend"):
            gathers = gathers or "message" not in ast.unparse(node.value).lower()
        if isinstance(node, ast.Yield):
            gathers = True
    return leaves and not gathers


def _heated_by(module: Module, node: ast.expr) -> ast.For | ast.AsyncFor | ast.While | None:
    """The loop whose rounds make a temperature higher."""
    meant = module.value(node) if isinstance(node, ast.Name) else node
    loop: ast.AST | None = _loop_around(module, node)
    while loop is not None:
        if isinstance(loop, ast.For | ast.AsyncFor) and _asks_again(loop):
            counter = loop.target.elts[0] if isinstance(loop.target, ast.Tuple) else loop.target
            if isinstance(node, ast.Name) and _name(loop.target) == node.id and _rises(module, loop.iter):
                return loop
            if isinstance(counter, ast.Name) and meant is not None and _grows_with(meant, counter.id):
                return loop
        counted = counters(loop) - {""} if isinstance(loop, ast.While) and _asks_again(loop) else ()
        if (
            isinstance(loop, ast.While)
            and meant is not None
            and any(_grows_with(meant, one) for one in counted)
        ):
            return loop
        loop = _loop_around(module, loop)
    return None


def _rises(module: Module, node: ast.expr) -> bool:
    values = literal(module, node)
    numbers = [one for one in values if isinstance(one, int | float)] if isinstance(values, list) else []
    return len(numbers) > 1 and numbers == sorted(numbers) and numbers[0] < numbers[-1] <= 2


def _grows_with(node: ast.expr, counter: str) -> bool:
    for part in ast.walk(node):
        is_sum = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add | ast.Mult)
        if is_sum and _names(part, counter):
            return True
        if isinstance(part, ast.IfExp) and _names(part.test, counter):
            return _first_is_colder(part)
    return False


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))


def _first_is_colder(node: ast.IfExp) -> bool:
    """`0 if attempt == 0 else 0.7`."""
    pair = (node.body, node.orelse)
    numbers = [
        one.value for one in pair if isinstance(one, ast.Constant) and isinstance(one.value, int | float)
    ]
    is_first = isinstance(node.test, ast.Compare) and isinstance(node.test.ops[0], ast.Eq)
    return len(numbers) == 2 and (numbers[0] < numbers[1] if is_first else numbers[0] > numbers[1])
