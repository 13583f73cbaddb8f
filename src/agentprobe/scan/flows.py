"""Where a value comes from within its module: the calls whose results it is, and what was taken of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.module import FUNCTIONS, Function, Module, last_word, parameters

_DEEPEST = 14
_MOST = 12
_THROUGH = frozenset({
    "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "title", "capitalize", "split", "rsplit",
    "splitlines",
    "partition", "rpartition", "replace", "removeprefix", "removesuffix", "group", "groups", "pop", "json",
    "copy",
    "decode", "encode", "model_dump", "model_dump_json", "dict", "to_dict", "items", "values", "expandtabs",
    "translate",
    "read", "get_final_message", "get_final_text", "result", "final_output_as",
})  # fmt: skip
"""Methods whose result is the same thing in another form."""
_PASSED = {
    "str": 0, "list": 0, "tuple": 0, "repr": 0, "next": 0, "iter": 0, "reversed": 0, "sorted": 0, "dict": 0,
    "json.loads": 0, "orjson.loads": 0, "yaml.safe_load": 0, "yaml.load": 0, "ast.literal_eval": 0,
    "json5.loads": 0,
    "json_repair.repair_json": 0, "json_repair.loads": 0,
    "re.search": 1, "re.match": 1, "re.fullmatch": 1, "re.findall": 1, "re.sub": 2, "re.split": 1,
    "typing.cast": 1, "copy.deepcopy": 0, "copy.copy": 0, "textwrap.dedent": 0, "html.unescape": 0,
    "asyncio.run": 0, "asyncio.wait_for": 0, "asyncio.create_task": 0, "asyncio.shield": 0, "anyio.run": 0,
}  # fmt: skip
"""Functions whose result is one of their arguments in another form."""
COMMON = frozenset({
    "read_text", "write_text", "read_bytes", "write_bytes", "to_dict", "from_dict", "model_dump",
    "model_validate",
    "set_result", "add_argument", "parse_args", "get_text", "is_set", "find_all", "is_file", "is_dir",
    "add_done_callback",
})  # fmt: skip
"""Names of methods that say nothing of whose they are; those of one word say nothing either."""
LOADS = ("json.loads", "orjson.loads", "json5.loads", "yaml.safe_load", "yaml.load", "json_repair.loads",
         "json_repair.repair_json", "ast.literal_eval")  # fmt: skip
"""Functions that turn text into data."""


@dataclass(frozen=True, slots=True)
class Source:
    """A call that a value comes from."""

    call: ast.Call
    path: tuple[str, ...]
    """What was taken of its result, outward: attributes, keys, methods with "()": ("content", "strip()").

    "=key" says that it was put under a key of a dictionary.
    """


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter that a value comes from: whoever calls the function gives it."""

    function: Function
    name: str
    path: tuple[str, ...]
    """What was taken of it, as with a `Source`."""


def sources(module: Module, node: ast.expr | None) -> tuple[Source, ...]:
    """The calls that an expression's value comes from; empty where it comes from none that is seen here."""
    return tuple(one for one in origins(module, node) if isinstance(one, Source))


def origins(module: Module, node: ast.expr | None) -> tuple[Source | Given, ...]:
    """The calls and the parameters that an expression's value comes from."""
    found: list[Source | Given] = []
    _follow(module, node, (), 0, set(), found)
    return tuple(found)


def _follow(
    module: Module,
    node: ast.expr | None,
    path: tuple[str, ...],
    depth: int,
    seen: set[tuple[int, tuple[str, ...]]],
    found: list[Source | Given],
) -> None:
    if node is None or depth > _DEEPEST or len(found) >= _MOST:
        return
    come_by = id(node), tuple(one for one in path if one.startswith("="))
    if come_by in seen:
        return
    seen.add(come_by)
    if isinstance(node, ast.Call):
        _through_call(module, node, path, depth, seen, found)
        return
    if isinstance(node, ast.Name) and (function := _given(module, node)) is not None:
        found.append(Given(function, node.id, path))
    for part, taken in _parts(module, node):
        _follow(module, part, (*taken, *path), depth + 1, seen, found)


def _parts(module: Module, node: ast.expr) -> Iterator[tuple[ast.expr, tuple[str, ...]]]:
    """What an expression is made of, and what it takes of each part."""
    if isinstance(node, ast.Name):
        yield from _bound(module, node)
    elif isinstance(node, ast.Attribute):
        bound = _bound(module, node)
        yield from bound
        if not bound:
            yield node.value, (node.attr,)
    elif isinstance(node, ast.Subscript):
        key = node.slice
        named = isinstance(key, ast.Constant) and isinstance(key.value, str)
        yield node.value, ((str(key.value),) if named and isinstance(key, ast.Constant) else ())
    elif isinstance(node, ast.Dict):
        for name, value in zip(node.keys, node.values, strict=True):
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield value, (f"={name.value}",)
    else:
        yield from _inner(node)


def _given(module: Module, node: ast.Name) -> Function | None:
    """The function around a name of which it is a parameter."""
    for above in module.ancestors(node):
        if isinstance(above, ast.Lambda) and node.id in parameters(above):
            return None
        if isinstance(above, FUNCTIONS) and node.id in parameters(above):
            return above
    return None


def _inner(node: ast.expr) -> Iterator[tuple[ast.expr, tuple[str, ...]]]:
    if isinstance(node, ast.Await | ast.Starred | ast.NamedExpr | ast.FormattedValue):
        yield node.value, ()
    elif isinstance(node, ast.BoolOp):
        yield from ((one, ()) for one in node.values)
    elif isinstance(node, ast.IfExp):
        yield node.body, ()
        yield node.orelse, ()
    elif isinstance(node, ast.JoinedStr):
        yield from ((one, ("format()",)) for one in node.values if isinstance(one, ast.FormattedValue))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield node.left, ()
        yield node.right, ()
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from ((one, ()) for one in node.elts)
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
        yield node.elt, ()


def _bound(module: Module, node: ast.Name | ast.Attribute) -> list[tuple[ast.expr, tuple[str, ...]]]:
    """The expressions whose values a name may have, and what it has of each."""
    if isinstance(node, ast.Name):
        inner = _comprehended(module, node)
        if inner is not None:
            return [(inner, ("each()",))]
    found: list[tuple[ast.expr, tuple[str, ...]]] = []
    for where, value in module.bound(node):
        given = value if value is not None else getattr(where, "value", None)
        if isinstance(given, ast.expr):
            found.append((given, ()))
        elif isinstance(where, ast.For | ast.AsyncFor):
            found.append((where.iter, ("each()",)))
    return found


def _comprehended(module: Module, node: ast.Name) -> ast.expr | None:
    """What a name runs over, where a comprehension around it binds it."""
    for above in module.ancestors(node):
        if isinstance(above, ast.stmt | ast.Lambda):
            return None
        if isinstance(above, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            for one in above.generators:
                if isinstance(one.target, ast.Name) and one.target.id == node.id and one.iter is not node:
                    return one.iter
    return None


def _through_call(
    module: Module,
    call: ast.Call,
    path: tuple[str, ...],
    depth: int,
    seen: set[tuple[int, tuple[str, ...]]],
    found: list[Source | Given],
) -> None:
    func = call.func
    dotted = module.qualified(func)
    if dotted in _PASSED or dotted == "re.compile.search":
        at = _PASSED.get(dotted, 0)
        if at < len(call.args):
            mark = "loads()" if dotted in LOADS else f"{dotted.rpartition('.')[2]}()"
            _follow(module, call.args[at], (mark, *path), depth + 1, seen, found)
        return
    if isinstance(func, ast.Attribute):
        if func.attr == "get" and call.args and isinstance(call.args[0], ast.Constant):
            _follow(module, func.value, (str(call.args[0].value), *path), depth + 1, seen, found)
            return
        if func.attr in _THROUGH:
            _follow(module, func.value, (f"{func.attr}()", *path), depth + 1, seen, found)
            if len(found) or func.attr in ("strip", "lower"):
                return
        if func.attr == "join" and call.args:
            _follow(module, call.args[0], ("join()", *path), depth + 1, seen, found)
            return
        if func.attr in ("search", "match", "findall", "sub", "fullmatch") and call.args:
            _follow(module, call.args[-1], (f"{func.attr}()", *path), depth + 1, seen, found)
            return
    found.append(Source(call, path))


def unpacked(path: tuple[str, ...]) -> tuple[str, ...] | None:
    """A path in which what was put under a key is taken out again; None where another key is asked for."""
    found: list[str] = []
    for one in path:
        if found and found[-1].startswith("=") and not one.startswith("=") and not one.endswith("()"):
            if found.pop() != f"={one}":
                return None
        elif one not in _OF_DICTIONARIES or not found or not found[-1].startswith("="):
            found.append(one)
    return tuple(found)


_OF_DICTIONARIES = ("copy()", "dict()")


def written(node: ast.expr) -> str:
    """A name or chain of attributes as it is written, `self.desk.answer`, without what is no name in it."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def calls_of(module: Module, *names: str) -> list[ast.Call]:
    """The calls whose function's last word is one of these, in the order of the source for each."""
    if "calls by last word" not in module.kept:
        found: dict[str, list[ast.Call]] = {}
        for call in module.calls:
            last = last_word(call.func)
            found.setdefault(last, []).append(call)
            meant = module.imports.get(last, last).rpartition(".")[2]
            if meant != last:  # `from x import y as z`
                found.setdefault(meant, []).append(call)
        module.kept["calls by last word"] = found
    kept: dict[str, list[ast.Call]] = module.kept["calls by last word"]
    return [call for name in names for call in kept.get(name, ())]


def called_name(module: Module, call: ast.Call) -> str:
    """What a call calls: a dotted name, one of this module's, or "?.its_method" of something unknown."""
    dotted = module.qualified(call.func) or own_function(module, call)
    unknown = not dotted or (dotted.startswith("self.") and dotted.count(".") > 1)
    if unknown and isinstance(call.func, ast.Attribute):
        told = "_" in call.func.attr.strip("_") and call.func.attr not in COMMON
        return f"?.{call.func.attr}" if told else dotted
    return dotted


def own_function(module: Module, call: ast.Call) -> str:
    """The qualified name of the function of this module that a call calls; "" where it calls no such."""
    func = call.func
    if isinstance(func, ast.Name):
        return _visible(module, func)
    dotted = module.qualified(func)
    if dotted.startswith("self.") and dotted.count(".") == 1:
        owner = module.owner(call)
        name = f"{module.qualname(owner)}.{dotted[5:]}" if owner is not None else ""
        return name if name in module.by_qualname else ""
    before = f"{module.dotted}." if module.dotted else ""
    name = dotted.removeprefix(before) if dotted.startswith(before) else ""
    return name if name in module.by_qualname else ""


def _visible(module: Module, name: ast.Name) -> str:
    """The function that a bare name means: one in the functions around it, or at the module's top."""
    around = [one for one in module.ancestors(name) if isinstance(one, FUNCTIONS)]
    for one in around:
        inner = f"{module.qualname(one)}.{name.id}"
        if inner in module.by_qualname:
            return inner
    return name.id if name.id in module.by_qualname and not module.bound(name) else ""
