"""Tokens counted by the tokenizer that a file has at hand already, instead of characters."""

from __future__ import annotations

import ast
import re

from agentprobe.scan.finding import Fix
from agentprobe.scan.mending.additions import importing
from agentprobe.scan.mending.lines import written
from agentprobe.scan.module import FUNCTIONS, Function, Module, last_word, parameters

_MAKERS = ("tiktoken.get_encoding", "tiktoken.encoding_for_model")
_ANY = "disallowed_special=()"
"""Without it tiktoken raises for a text that names one of its special tokens."""
_COUNTS = re.compile(r"count.*tokens?$|num_tokens|token_count|tokens_in", re.IGNORECASE)


def counting(module: Module, counted: ast.expr, cut: ast.Subscript | None = None) -> Fix | None:
    """A fix that counts, or cuts, by tokens; safe where the file has a counter, none where it has no way."""
    text = None if cut is not None else _text_of(counted)
    encoding = _encoding(module, counted)
    if cut is not None:
        return _cutting(module, cut, encoding) if encoding else None
    if text is None:
        return None
    source = written(module, text)
    own = _own_counter(module, counted)
    if own:
        return _fix(module, counted, f"{own}({source})", safe=True)
    if encoding:
        return _fix(module, counted, f"len({encoding}.encode({source}, {_ANY}))", safe=True)
    if "litellm" in module.imported_roots and importing(module, "import litellm") == ():
        return _fix(module, counted, f'litellm.token_counter(model="gpt-4o", text={source})', safe=False)
    if "tiktoken" in module.imported_roots and importing(module, "import tiktoken") == ():
        made = 'tiktoken.get_encoding("o200k_base")'
        return _fix(module, counted, f"len({made}.encode({source}, {_ANY}))", safe=False)
    return None


def _fix(module: Module, counted: ast.expr, text: str, *, safe: bool) -> Fix:
    return Fix(
        what=f"count with {text.partition('(')[0]}", edits=(module.replaced(counted, text),), safe=safe
    )


def _cutting(module: Module, cut: ast.Subscript, encoding: str) -> Fix | None:
    if not isinstance(cut.slice, ast.Slice) or cut.slice.upper is None or cut.slice.step is not None:
        return None
    text, most = written(module, cut.value), written(module, cut.slice.upper)
    made = f"{encoding}.decode({encoding}.encode({text}, {_ANY})[:{most}])"
    return Fix(what="cut it by tokens", edits=(module.replaced(cut, made),), safe=True)


def _text_of(counted: ast.expr) -> ast.expr | None:
    """The text in `len(text) // 4` and `len(text.split()) * 1.3`; of several lengths none."""
    lengths = [
        one
        for one in ast.walk(counted)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "len"
    ]
    if len(lengths) != 1:
        return None
    given = lengths[0].args[0]
    if isinstance(given, ast.Call) and last_word(given.func) == "split" and not given.args:
        return given.func.value if isinstance(given.func, ast.Attribute) else None
    return given


def _encoding(module: Module, where: ast.AST) -> str:
    """The name of an encoding at the top of the file, made before; "" where there is none."""
    for one in module.tree.body:
        target = one.targets[0] if isinstance(one, ast.Assign) else None
        if (
            isinstance(one, ast.Assign)
            and isinstance(target, ast.Name)
            and isinstance(one.value, ast.Call)
            and module.qualified(one.value.func) in _MAKERS
            and not _is_hidden(module, where, target.id)
        ):
            return target.id
    return ""


def _own_counter(module: Module, where: ast.AST) -> str:
    """A function at the top of the file that counts the tokens of one text with a tokenizer."""
    around = {one for one in module.ancestors(where) if isinstance(one, FUNCTIONS)}
    for one in module.tree.body:
        if (
            isinstance(one, ast.FunctionDef)
            and one not in around
            and _COUNTS.search(one.name)
            and _takes_one_text(one)
            and any(isinstance(part, ast.Call) and last_word(part.func) == "encode" for part in ast.walk(one))
            and not _is_hidden(module, where, one.name)
        ):
            return one.name
    return ""


def _takes_one_text(function: Function) -> bool:
    required = len(function.args.args) - len(function.args.defaults)
    first = function.args.args[0] if function.args.args else None
    told = ast.unparse(first.annotation) if first is not None and first.annotation is not None else "str"
    is_text = first is not None and re.search(r"text|string|content|prompt|^s$", first.arg) is not None
    return required == 1 and is_text and told == "str" and not function.args.kwonlyargs


def _is_hidden(module: Module, where: ast.AST, name: str) -> bool:
    """Does the name mean something else in a function around?"""
    return any(
        isinstance(one, FUNCTIONS)
        and (
            name in parameters(one)
            or any(
                isinstance(part, ast.Name) and part.id == name and not isinstance(part.ctx, ast.Load)
                for part in ast.walk(one)
            )
        )
        for one in module.ancestors(where)
    )
