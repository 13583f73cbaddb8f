"""A limit in tokens is held against a number of characters or words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.scan.finding import Finding
from agentprobe.scan.histories import words_of
from agentprobe.scan.mending.count import counting
from agentprobe.scan.module import FUNCTIONS, Function, Module, last_word
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import literal

_TOKENS = re.compile(r"tokens?(?:_|$)", re.IGNORECASE)
_IDS = re.compile(r"token|ids?$|encod", re.IGNORECASE)
_TEXT = re.compile(
    r"text|content|prompt|str|doc|chunk|query|body|html|page|summary|result|output|response|answer|context|article|"
    r"paragraph|sentence|data|input|source|code|diff|observation",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"(?:texts|docs|documents|chunks|messages|sentences|paragraphs|results|outputs|prompts|lines|list)$"
)
_TOKENIZERS = {"encode", "encode_ordinary", "count_tokens", "tokenize", "token_counter", "num_tokens"}


class CharsAsTokens(Rule):
    """Characters are taken for tokens where a limit in tokens is kept.

    Finds: the length of a text, or a fixed share of it, compared with a limit in tokens; a text cut at a
    number of tokens; and a function that counts tokens by dividing the length of a text.

    Breaks: English prose has about four characters to a token, code and JSON three, Chinese one or less. The
    estimate is off by a factor of up to four, and the window overflows first for the users whose language
    nobody tested.

    Example:

        def fits(text, max_tokens):
            return len(text) // 4 <= max_tokens

    Instead:

        import tiktoken

        encoding = tiktoken.get_encoding("o200k_base")

        def fits(text, max_tokens):
            return len(encoding.encode(text)) <= max_tokens

    False alarms: numbers that are only shown, lists of tokens, and estimates where no tokenizer can be had.
    """

    code = "CTX004"
    severity = Severity.LOW
    mode = Mode.CONTEXT_OVERFLOW
    fixes = "safe"
    triggers = ("token", "TOKEN")

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for compare in module.of(ast.Compare):
            sides = [compare.left, *compare.comparators]
            counted = next((one for one in sides if _by_length(module, one, _is_limit_of(sides, one))), None)
            if counted is not None and not _in_fallback(module, compare):
                yield self._found(module, compare, counted, "is held against a limit in tokens")
        for cut in module.of(ast.Subscript):
            if isinstance(cut.slice, ast.Slice) and _cuts_by_tokens(cut, cut.slice):
                yield self._found(module, cut, cut.value, "is cut at a number of tokens")
        for assign in module.of(ast.Assign):
            counted = _kept_as_tokens(module, assign)
            if counted is not None and not _in_fallback(module, assign):
                yield self._found(module, assign, counted, "is kept as a number of tokens")
        for function in module.functions:
            yield from self._counts(module, function)

    def _counts(self, module: Module, function: Function) -> Iterable[Finding]:
        if not _TOKENS.search(function.name) or _has_tokenizer(function):
            return
        for one in ast.walk(function):
            if isinstance(one, ast.Return) and one.value is not None and module.function(one) is function:
                counted = next((part for part in _parts(one.value) if _is_share(module, part)), None)
                if counted is not None and not _in_fallback(module, one):
                    yield self._found(module, one, counted, f"is what {function.name}() returns")
                    return

    def _found(self, module: Module, where: ast.AST, counted: ast.expr, what: str) -> Finding:
        return self.found(
            module.place(where),
            f"the length of a text, {module.source(counted, 40)}, {what}",
            tier=Tier.INFERRED,
            subject=module.qualname(where),
            consequence="off by a factor of up to four: code, JSON and most languages have more tokens",
            advice="count with the model's own tokenizer, or keep a margin and say so",
            fix=counting(module, counted, where if isinstance(where, ast.Subscript) else None),
        )


def _parts(node: ast.expr) -> list[ast.expr]:
    """An expression without what rounds it: `int(x)`, `max(1, x)`, `x + 1`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        last = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        if last in ("int", "max", "round", "ceil", "floor"):
            return [found for one in node.args for found in _parts(one)]
    return [node]


def _by_length(module: Module, node: ast.expr, other_is_limit: bool) -> bool:
    """Is a side of a comparison a number of characters that is taken for tokens?"""
    for part in _parts(node):
        if _is_share(module, part):
            return other_is_limit
        if other_is_limit and _is_length(part) and _is_text(part):
            return True
    return False


def _is_limit_of(sides: list[ast.expr], one: ast.expr) -> bool:
    return any(other is not one and _names_tokens(other) for other in sides)


def _names_tokens(node: ast.expr) -> bool:
    return any(
        _TOKENS.search(part.id if isinstance(part, ast.Name) else part.attr) is not None
        for part in ast.walk(node)
        if isinstance(part, ast.Name | ast.Attribute)
    ) and not any(
        isinstance(part, ast.Constant) and isinstance(part.value, int) and 2 <= part.value <= 6
        for part in ast.walk(node)
    )


def _is_length(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "len"
        and len(node.args) == 1
    )


def _is_text(node: ast.expr) -> bool:
    """Is the argument of `len` a text, by its name or by what makes it?"""
    assert isinstance(node, ast.Call)
    given = node.args[0]
    if isinstance(given, ast.Call):
        last = last_word(given.func)
        return last in ("str", "dumps", "join", "strip", "format")
    name = given.id if isinstance(given, ast.Name) else given.attr if isinstance(given, ast.Attribute) else ""
    return bool(_TEXT.search(name)) and not _MANY.search(name) and not _IDS.search(name)


def _is_share(module: Module, node: ast.expr) -> bool:
    """Is it `len(text) // 4`, `len(text) / 3.5`, `len(text.split()) * 1.3`?"""
    if not isinstance(node, ast.BinOp):
        return False
    sides = (node.left, node.right) if isinstance(node.op, ast.Mult) else (node.left,)
    length = next((part for one in sides for part in _parts(one) if _is_length(part)), None)
    if length is None or _is_encoded(module, length):
        return False
    other = node.right if node.left is length or length in _parts(node.left) else node.left
    factor = literal(module, other)
    if not isinstance(factor, int | float) or isinstance(factor, bool):
        return False
    if isinstance(node.op, ast.Div | ast.FloorDiv):
        return 2 <= factor <= 6
    return isinstance(node.op, ast.Mult) and (
        0.15 <= factor <= 0.5 or (1.1 <= factor <= 2 and _is_words(module, length))
    )


def _is_encoded(module: Module, node: ast.expr) -> bool:
    assert isinstance(node, ast.Call)
    return _IDS.search(words_of(module, node.args[0])) is not None


def _is_words(module: Module, node: ast.expr) -> bool:
    assert isinstance(node, ast.Call)
    return "split" in words_of(module, node.args[0])


def _cuts_by_tokens(cut: ast.Subscript, part: ast.Slice) -> bool:
    """Is it `text[:max_tokens]`?"""
    if part.lower is not None or part.upper is None or not isinstance(cut.value, ast.Name | ast.Attribute):
        return False
    name = cut.value.id if isinstance(cut.value, ast.Name) else cut.value.attr
    upper = part.upper
    ends = upper.id if isinstance(upper, ast.Name) else upper.attr if isinstance(upper, ast.Attribute) else ""
    return bool(re.search(r"max_?tokens|token_?(?:limit|budget)", ends, re.IGNORECASE)) and (
        _TEXT.search(name) is not None and not _MANY.search(name) and not _IDS.search(name)
    )


def _kept_as_tokens(module: Module, assign: ast.Assign) -> ast.expr | None:
    """The length that is bound to a number of tokens which is more than shown."""
    target = assign.targets[0]
    if not isinstance(target, ast.Name) or not _TOKENS.search(target.id):
        return None
    counted = next((one for one in _parts(assign.value) if _is_share(module, one)), None)
    if counted is None:
        return None
    scope = module.scope(assign)
    used = [one for one in module.of(ast.Name) if one.id == target.id and isinstance(one.ctx, ast.Load)]
    reckoned = any(module.scope(one) is scope and not _is_shown(module, one) for one in used)
    return counted if reckoned else None


def _is_shown(module: Module, node: ast.AST) -> bool:
    """Does a number only go into a text, a log or a record?"""
    for above in module.ancestors(node):
        if isinstance(above, ast.JoinedStr | ast.Dict | ast.keyword | ast.Call | ast.Return):
            return not (
                isinstance(above, ast.Call) and getattr(above.func, "id", "") in ("max", "min", "int")
            )
        if isinstance(above, ast.Compare | ast.stmt):
            return False
    return False


def _has_tokenizer(function: Function) -> bool:
    return any(
        isinstance(node, ast.Call) and last_word(node.func) in _TOKENIZERS for node in ast.walk(function)
    )


def _in_fallback(module: Module, node: ast.AST) -> bool:
    """Does it stand where no tokenizer could be had, or where it is only shown?"""
    for above in module.ancestors(node):
        if isinstance(above, ast.ExceptHandler):
            return True
        if isinstance(above, FUNCTIONS):
            return _has_tokenizer(above)
    return False
