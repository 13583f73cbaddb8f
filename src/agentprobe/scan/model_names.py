"""Where a module names the model that is to be used; tables that merely list models are not meant."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from agentprobe.scan.apis import maker_of
from agentprobe.scan.facts import NamedModel
from agentprobe.scan.flows import own_function
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import FUNCTIONS, Module, last_word, parameters
from agentprobe.scan.records import is_measure

NAMES = re.compile(
    r"(?:^|_)(?:models?|llm|engine)(?:_?(?:id|name|version|type|default))?$"
    r"|^(?:default|fast|smart|strategic|small|big|large|cheap|planner|writer|judge|chat)_?(?:model|llm)\w*$"
)
"""What is called like this names a model; in lower case, with underscores."""
_FAMILY = re.compile(
    r"gpt|claude|gemini|davinci|curie|babbage|bison|command|mi[sx]tral|llama|gemma|deepseek|grok|embedding|sonar|codex|"
    r"(?:^|[/:])o[134](?:$|-)|(?:^|[/:])ada$",
    re.IGNORECASE,
)
_WORDS = (
    b"gpt", b"claude", b"gemini", b"davinci", b"curie", b"babbage", b"bison", b"command", b"mistral",
    b"mixtral",
    b"llama", b"gemma", b"deepseek", b"grok", b"embedding", b"sonar", b"codex", b"o1", b"o3", b"o4",
    b'ada"', b"ada'",
)  # fmt: skip
"""A file without any of these names no model."""
_PLAIN = re.compile(r"[\w./:@-]+")
_LONGEST = 90
_FIRST = ("init_chat_model", "Agent", "LM", "GenerativeModel", "from_pretrained")
_COUNTING = re.compile(r"encoding_for_model|token_?(?:counter|count|izer)|count_\w*tokens|num_tokens|cost")
"""What is called like this counts or reckons for a model, and asks none."""
_DEFAULTING = frozenset(
    {
        "getenv",
        "get",
        "Field",
        "field",
        "Option",
        "Argument",
        "Query",
        "Body",
        "config",
        "setdefault",
        "str",
        "env",
    }
)
_SIGNS = re.compile(r"[^a-z0-9]+")
_VERSION = re.compile(r"(?:[-@](?:20\d{6}|20\d\d-\d\d-\d\d|\d{4}|v\d+(?::\d+)?|latest|preview))+$")
_FEW = 3
_DEEPEST = 5


def model_names(module: Module) -> tuple[NamedModel, ...]:
    """All places of a module that name a model to use, in the order of the source."""
    found: list[NamedModel] = []
    raw = module.text.raw.lower()
    if not any(word in raw for word in _WORDS):
        return ()
    catalogue = _catalogue(module)
    for node in module.of(ast.Constant):
        text = node.value
        if not isinstance(text, str) or len(text) > _LONGEST or " " in text or not looks_like_one(text):
            continue
        said = _said(module, node, 0) if node not in catalogue else None
        if said is None:
            continue
        word, sure = said
        function = module.function(node)
        start, end = module.span(node)
        inner = module.text.raw[start + 1 : end - 1] == text.encode() and word != "encoding_for_model"
        found.append(
            NamedModel(
                name=text,
                place=module.place(node),
                sure=sure,
                said=word,
                function=module.qualname(function) if function is not None else "",
                start=start + 1 if inner else 0,
                end=end - 1 if inner else 0,
            )
        )
    return tuple(found)


@lru_cache(maxsize=16_384)
def looks_like_one(text: str) -> bool:
    """Does a text look like the name of a model?"""
    return len(text) <= _LONGEST and _FAMILY.search(text) is not None and _PLAIN.fullmatch(text) is not None


def names_a_model(name: str) -> bool:
    """Is what is called so the name of a model?"""
    plain = name.strip("_-").replace("-", "_")
    if any(one.islower() for one in plain):
        plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    return NAMES.search(plain.lower()) is not None


def _said(module: Module, node: ast.expr, depth: int) -> tuple[str, bool] | None:
    """The name that is set to a node, and whether a call is given it; None where no model is set."""
    above = module.parent(node)
    if depth > _DEEPEST or above is None:
        return None
    if isinstance(above, ast.BoolOp | ast.NamedExpr) or (
        isinstance(above, ast.IfExp) and node is not above.test
    ):
        return _said(module, above, depth + 1)
    if isinstance(above, ast.keyword):
        return _of_keyword(module, above, depth)
    if isinstance(above, ast.Call):
        return _of_place(module, above, node, depth)
    if isinstance(above, ast.Assign | ast.AnnAssign):
        return _of_target(above)
    if isinstance(above, ast.Dict):
        return _of_key(module, above, node)
    if not isinstance(above, ast.arguments):
        return None
    function = module.parent(above)
    counts = isinstance(function, FUNCTIONS) and _COUNTING.search(function.name.lower()) is not None
    return None if counts else _of_parameter(above, node)


def _of_keyword(module: Module, word: ast.keyword, depth: int) -> tuple[str, bool] | None:
    call = module.parent(word)
    if not isinstance(call, ast.Call) or word.arg is None or _COUNTING.search(last_word(call.func).lower()):
        return None
    if word.arg in ("default", "default_factory", "value", "fallback"):
        return _default(module, call, depth)
    if not names_a_model(word.arg) or "Azure" in module.qualified(call.func):
        return None
    return word.arg, _asks(module, call)


def _asks(module: Module, call: ast.Call) -> bool:
    made = module.qualified(call.func)
    return call in model_calls(module) or bool(made and maker_of(made))


def _of_place(module: Module, call: ast.Call, node: ast.expr, depth: int) -> tuple[str, bool] | None:
    if node not in call.args:
        return None
    place = call.args.index(node)
    last = last_word(call.func)
    if place == 0 and last in _FIRST:
        return last, _asks(module, call)
    if last in _DEFAULTING:
        return _default(module, call, depth)
    own = module.by_qualname.get(own_function(module, call))
    if own is not None:
        names = [one for one in parameters(own) if one not in ("self", "cls")]
        if place < len(names) and names_a_model(names[place]):
            return names[place], False
    return None


def _default(module: Module, call: ast.Call, depth: int) -> tuple[str, bool] | None:
    """Of `getenv("MODEL", "x")`, `Field("x")`, `add_argument("--model", default="x")`: what they name."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and names_a_model(first.value):
        return first.value, False
    return _said(module, call, depth + 1)


def _of_target(node: ast.Assign | ast.AnnAssign) -> tuple[str, bool] | None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for one in targets:
        name = (
            one.id
            if isinstance(one, ast.Name)
            else one.attr
            if isinstance(one, ast.Attribute)
            else str(one.slice.value)
            if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant)
            else ""
        )
        if names_a_model(name):
            return name, False
    return None


def _catalogue(module: Module) -> frozenset[ast.expr]:
    """The models of a file that only gives names to many, as in `GPT_4O_MINI_MODEL = "gpt-4o-mini"`."""
    named = frozenset(one.value for one in module.of(ast.Assign) if _spells(one.targets[0], one.value))
    return named if len(named) > _FEW else frozenset()


def _spells(target: ast.expr, value: ast.expr) -> bool:
    """Is a constant called by the very name of the model that it is?"""
    if not isinstance(target, ast.Name) or not isinstance(value, ast.Constant):
        return False
    told = _SIGNS.sub("", _VERSION.sub("", str(value.value).rpartition("/")[2].lower()))
    return any(one.isdigit() for one in told) and told in _SIGNS.sub("", target.id.lower())


def _of_key(module: Module, table: ast.Dict, node: ast.expr) -> tuple[str, bool] | None:
    at = table.values.index(node) if node in table.values else -1
    key = table.keys[at] if at >= 0 else None
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or not names_a_model(key.value):
        return None
    if any(isinstance(one, ast.Constant) and is_measure(one.value) for one in table.keys):
        return None  # what a run has written down of itself, or a table of prices
    around = module.parent(table)
    listed = isinstance(around, ast.List | ast.Tuple) and len(around.elts) > _FEW
    mapped = isinstance(around, ast.Dict) and len(around.values) > _FEW
    return None if listed or mapped else (key.value, False)


def _of_parameter(given: ast.arguments, node: ast.expr) -> tuple[str, bool] | None:
    positional = [*given.posonlyargs, *given.args]
    pairs = [
        *zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    name = next((one.arg for one, its in pairs if its is node), "")
    return (name, False) if names_a_model(name) else None
