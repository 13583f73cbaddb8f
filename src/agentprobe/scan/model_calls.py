"""Where a module calls models, and makes the clients that it calls them by."""

from __future__ import annotations

import ast
import re
import sys
from typing import cast

import msgspec

from agentprobe.scan.apis import LAST_WORDS, MAKER_WORDS, Api, api_by_method, api_of, by_name, maker_of, strip
from agentprobe.scan.facts import ClientUse, Known, ModelCall, Value
from agentprobe.scan.finding import Place
from agentprobe.scan.handed import deadline_around
from agentprobe.scan.module import FUNCTIONS, Function, Module, argument, last_word, parameters
from agentprobe.scan.repeats import is_retrier
from agentprobe.scan.values import arguments, called_here, returns_of, spread_items, value

_RUNNABLE = ("langchain_core.runnables.Runnable.", "langchain_core.runnables.base.Runnable.")
_SAYS_MODEL = re.compile(r"(?:^|[._])(?:llm|model|chat_model|\w+_(?:llm|model))\.\w+$")
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def model_calls(module: Module) -> dict[ast.Call, ModelCall]:
    """All calls of models, by their node, in the order of the source; worked out once for a module."""
    if "model calls" not in module.kept:
        module.kept["model calls"] = dict(_found(module))
    found: dict[ast.Call, ModelCall] = module.kept["model calls"]
    return found


def _found(module: Module) -> list[tuple[ast.Call, ModelCall]]:
    return [
        (call, _told(module, call, api, sure=sure))
        for call in module.calls
        if last_word(call.func) in LAST_WORDS and (told := _api(module, call)) is not None
        for api, sure in [told]
    ]


def _api(module: Module, call: ast.Call) -> tuple[Api, bool] | None:
    dotted = module.qualified(call.func)
    api = api_of(dotted)
    if api is not None:
        return api, True
    if not isinstance(call.func, ast.Attribute):
        return None
    piped = _piped(module, call.func)
    if piped is not None:
        return piped, True
    if _is_own(call.func):
        return None  # a method of the class itself that has the name
    chain = _chain(call.func)
    if dotted.startswith(_RUNNABLE) and _SAYS_MODEL.search(chain) and call.func.attr in _METHODS:
        return _CANDIDATE, False
    api = api_by_method(chain, module.imported_roots)
    return (api, False) if api is not None and not _is_elses(dotted, api) else None


def _piped(module: Module, func: ast.Attribute) -> Api | None:
    """The way of the model within `prompt | model | parser`, on which a method is called."""
    receiver = module.value(func.value)
    if not isinstance(receiver, ast.BinOp):
        return None
    made = [maker_of(strip(module.qualified(one))) for one in _pipe(receiver)]
    return next((api for api in made if api is not None and func.attr in api.methods), None)


def _pipe(node: ast.expr) -> list[ast.expr]:
    """The parts of `a | b | c`, in their order."""
    parts: list[ast.expr] = []
    for _ in range(24):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)):
            break
        parts.insert(0, node.right)
        node = node.left
    return [node, *parts]


def _is_elses(dotted: str, api: Api) -> bool:
    """Was the receiver followed to something of another library, so that the method's name misleads?"""
    root = dotted.partition(".")[0]
    return bool(root) and root in _NO_MODELS and root not in api.beside


_NO_MODELS = frozenset(
    {"twilio", "slack_sdk", "stripe", "discord", "googleapiclient", "sendgrid", "telegram"}
)


def _chain(node: ast.expr) -> str:
    """A chain of attributes as written, calls within it left out: `self.client.chat.completions.create`."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Name):
            parts.append(node.id)
            break
        else:
            break
    return ".".join(reversed(parts))


def _told(module: Module, call: ast.Call, api: Api, *, sure: bool) -> ModelCall:
    given, spread = settings_of(module, call)
    made, chained = _receivers(module, call, api)
    around = _within_function(module, call)
    function = module.function(call)
    return ModelCall(
        api=api.name,
        callee=module.qualified(call.func) or _chain(call.func),
        place=module.place(call),
        function=module.qualname(function) if function is not None else "",
        arguments=chained | given,
        spread=spread,
        client=made,
        loops=tuple(
            module.place(one) for one in around if isinstance(one, _LOOPS) and not _is_head(one, call)
        ),
        in_try=any(isinstance(one, ast.Try) for one in around),
        retried_by=retried_by(module, call),
        sure=sure,
        deadline=deadline_around(module, call),
        written=_chain(call.func),
    )


def _is_head(loop: ast.AST, call: ast.Call) -> bool:
    """Is a call what a loop goes through, as a stream is, so that it is made once?"""
    return isinstance(loop, ast.For | ast.AsyncFor) and any(one is call for one in ast.walk(loop.iter))


def _within_function(module: Module, node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for one in module.ancestors(node):
        if isinstance(one, (*FUNCTIONS, ast.Lambda)):
            break
        found.append(one)
    return found


def retried_by(module: Module, call: ast.Call) -> tuple[str, ...]:
    """The decorators of enclosing functions that repeat what fails."""
    names: list[str] = []
    for one in module.ancestors(call):
        if isinstance(one, FUNCTIONS):
            names += [
                name for each in one.decorator_list if (name := module.qualified(each)) and is_retrier(name)
            ]
    return tuple(names)


HOLDERS = frozenset({
    "config", "generation_config", "options", "inferenceConfig", "model_settings", "usage_limits",
    "run_config", "http_options",
    "model_kwargs", "settings", "llm_config", "client_kwargs", "extra_body", "thinking", "reasoning",
    "default_options",
})  # fmt: skip
"""Arguments whose items are settings of a model too."""
_CONFIG_PLACE = {"invoke": 1, "ainvoke": 1, "stream": 1, "astream": 1, "batch": 1, "abatch": 1, "query": 1}


def settings_of(module: Module, call: ast.Call) -> tuple[dict[str, Value], tuple[str, ...]]:
    """A call's arguments; those within `config={...}` and the like as "config.name"."""
    given, spread = arguments(module, call)
    held = {
        **_holders_in(module, call),
        **{word.arg: word.value for word in call.keywords if word.arg in HOLDERS},
    }
    place = _CONFIG_PLACE.get(last_word(call.func))
    second = argument(call, "config", place) if place is not None else None
    if second is not None:
        held.setdefault("config", second)
    for name, node in held.items():
        inside = _held(module, node)
        if inside is None:
            given[f"{name}.**"] = Value(
                known=Known.UNKNOWN, text=module.source(node), place=module.place(node)
            )
        else:
            given |= {f"{name}.{key}": its for key, its in inside.items()}
    return given, spread


def _holders_in(module: Module, call: ast.Call) -> dict[str, ast.expr]:
    """What a dictionary that a call spreads holds under `generation_config` and the like."""
    found: dict[str, ast.expr] = {}
    for word in call.keywords:
        meant = module.value(word.value) if word.arg is None else None
        if isinstance(meant, ast.Dict):
            found |= {
                key.value: item
                for key, item in zip(meant.keys, meant.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value in HOLDERS
            }
    return found


def _held(module: Module, node: ast.expr) -> dict[str, Value] | None:
    """The items of a dictionary, or the arguments of what a class makes; None where they cannot be told."""
    meant = module.value(node)
    if isinstance(meant, ast.Call) and module.qualified(meant.func) != "dict":
        made = module.qualified(meant.func).rpartition(".")[2]
        given, spread = arguments(module, meant)
        return given if made[:1].isupper() and not spread else None
    if isinstance(meant, ast.Constant):
        return {}
    return spread_items(module, node)


def client_of(module: Module, call: ast.Call, api: Api) -> ClientUse | None:
    """Where the client, chat model or agent that a call is made on is made, if that stands in this file."""
    return _receivers(module, call, api)[0]


def _receivers(module: Module, call: ast.Call, api: Api) -> tuple[ClientUse | None, dict[str, Value]]:
    """The making of what a call is made on, and what `with_options`, `bind` and the like set on the way."""
    node: ast.expr | None = call.func
    if api.holder is not None and api_of(module.qualified(call.func)) is api:
        node = argument(call, *api.holder)
    set_on_the_way: dict[str, Value] = {}
    for _ in range(16):
        if isinstance(node, ast.Call):
            made = maker_called(module, node)
            if made:
                return made_here(module, node, made), set_on_the_way
            set_on_the_way = _set_by(module, node) | set_on_the_way
            node = _given_back(module, node) or node.func
        elif isinstance(node, ast.BinOp):
            node = next((one for one in _pipe(node) if maker_of(strip(module.qualified(one)))), None)
        elif isinstance(node, ast.Attribute) and not _is_own(node):
            node = node.value
        elif isinstance(node, ast.Name | ast.Attribute):
            node = module.value(node) or _nearest(module, node) or _but_none(module, node)
        elif isinstance(node, ast.Await):
            node = node.value
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            node = node.values[-1]  # `client or OpenAI()`
        else:
            break
    return None, set_on_the_way


def _nearest(module: Module, name: ast.Name | ast.Attribute) -> ast.expr | None:
    """Of several things that a name is bound to, the last one before it in a block around it."""
    around = {name, *module.ancestors(name)}
    found = [
        (where, its)
        for where, its in module.bound(name)
        if its is not None
        and isinstance(where, ast.stmt)
        and where.lineno < name.lineno
        and module.parent(where) in around
    ]
    return found[-1][1] if found else None


def _but_none(module: Module, name: ast.Name | ast.Attribute) -> ast.expr | None:
    """What a name is bound to beside `None` and what is handed in: `self.client = client`, or `OpenAI()`."""
    found = [
        its for _, its in module.bound(name) if not (isinstance(its, ast.Constant) and its.value is None)
    ]
    own = [one for one in found if one is not None and not _is_parameter(module, one)]
    makers = {module.qualified(one.func) for one in own if isinstance(one, ast.Call)}
    alike = len(makers) == 1 and all(isinstance(one, ast.Call) for one in own)
    return own[0] if own and (len(found) == 1 or alike) else None


def _is_parameter(module: Module, node: ast.expr) -> bool:
    """Is it what a function was given: the `client` of `self.client = client`?"""
    function = module.function(node) if isinstance(node, ast.Name) else None
    return isinstance(node, ast.Name) and function is not None and node.id in parameters(function)


def _given_back(module: Module, call: ast.Call) -> ast.expr | None:
    """The client that a function of this file makes and gives back, where it only gives back such."""
    function = called_here(module, call)
    back = returns_of(module).get(function, []) if function is not None else []
    made = [one for one in back if isinstance(one, ast.Call) and maker_called(module, one)]
    return made[0] if made and len(made) == len(back) else None


_SETTERS = ("with_options", "copy", "bind", "with_config", "with_retry", "bind_tools")


def _set_by(module: Module, call: ast.Call) -> dict[str, Value]:
    """What a method that gives back the same thing sets, as "bind.temperature"."""
    name = last_word(call.func)
    if name not in _SETTERS:
        return {}
    given, spread = arguments(module, call)
    if name == "with_config" and call.args:
        inside = _held(module, call.args[0])
        spread = spread if inside is not None else ("**",)
        given |= inside or {}
    if spread:
        given["**"] = Value(known=Known.UNKNOWN, text=spread[0], place=module.place(call))
    if name == "bind_tools":
        given["tools"] = value(module, call.args[0]) if call.args else Value(known=Known.UNKNOWN)
    if name == "with_retry":
        given.setdefault("", Value(known=Known.UNKNOWN, place=module.place(call)))
    return {f"{name}.{key}": its for key, its in given.items()}


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def made_here(module: Module, node: ast.Call, made: str) -> ClientUse:
    """The making of a client at `node`."""
    given, spread = settings_of(module, node)
    above = module.parent(node)
    while isinstance(above, ast.Attribute | ast.Call | ast.Await | ast.IfExp) and above is not None:
        if isinstance(above, ast.Call) and above.func is not node:
            given = _set_by(module, above) | given
        above = module.parent(above)
    for place, one in enumerate(node.args):
        if not isinstance(one, ast.Starred):
            given.setdefault(f"#{place}", value(module, one))
    if made.endswith(".LLMConfig"):
        given = _of_entries(module, node) | given
    targets = (
        above.targets
        if isinstance(above, ast.Assign)
        else [above.target]
        if isinstance(above, ast.AnnAssign)
        else []
    )
    name = ast.unparse(targets[0]) if len(targets) == 1 else ""
    if name.startswith("self.") and (owner := module.owner(node)) is not None:
        name = f"{module.qualname(owner)}.{name[5:]}"
    function = module.function(node)
    is_local = function is not None and "." not in name
    dotted = f"{module.dotted}.{name}" if name and not is_local and module.dotted else name
    return ClientUse(
        made=made,
        place=module.place(node),
        arguments=given,
        spread=spread,
        name=dotted,
        function=module.qualname(function) if function is not None else "",
        returned=function is not None and _returned(module, above, name, function),
    )


def _of_entries(module: Module, node: ast.Call) -> dict[str, Value]:
    """What the entries of a list of models set, which AG2 takes in place or as `config_list`."""
    entries = [*node.args, *(word.value for word in node.keywords if word.arg == "config_list")]
    listed = [module.value(one) for one in entries]
    inner = [part for one in listed for part in (one.elts if isinstance(one, ast.List) else [one])]
    found: dict[str, Value] = {}
    for one in inner:
        items = spread_items(module, one) if one is not None else None
        if items is None:
            return {"**": Value(known=Known.UNKNOWN, text=module.source(node), place=module.place(node))}
        found = items | found
    return found


def maker_called(module: Module, call: ast.Call) -> str:
    """The dotted name of the maker that a call calls; "" where it calls something else, or an instance."""
    func = call.func
    last = last_word(func)
    if not last or (last not in MAKER_WORDS and last not in module.imports):
        return ""
    made = module.qualified(func)
    is_itself = made.rpartition(".")[2] == last or (
        isinstance(func, ast.Name) and module.imports.get(last) == made
    )
    return made if is_itself and maker_of(made) is not None else ""


def _returned(module: Module, above: ast.AST | None, name: str, function: Function) -> bool:
    """Is what was made, or the name that it was bound to, what a function returns?"""
    if isinstance(above, ast.Return):
        return True
    return bool(name) and any(
        isinstance(one.value, ast.Name | ast.Attribute)
        and ast.unparse(one.value).removeprefix("self.") == name.rpartition(".")[2]
        and module.function(one) is function
        for one in module.of(ast.Return)
    )


def clients(module: Module) -> tuple[ClientUse, ...]:
    """All clients, chat models, agents and graphs that a module makes."""
    return tuple(
        made_here(module, call, dotted) for call in module.calls if (dotted := maker_called(module, call))
    )


def in_a_loop(call: ModelCall) -> Place | None:
    """The innermost loop around a call in its own function."""
    return call.loops[0] if call.loops else None


_METHODS = frozenset({
    "invoke", "ainvoke", "stream", "astream", "batch", "abatch", "run", "arun", "run_sync", "run_stream",
    "kickoff",
    "kickoff_async", "generate_content", "predict", "initiate_chat", "a_initiate_chat", "completion",
    "acompletion", "chat",
    "generate", "complete", "acomplete", "query", "astream_events",
})  # fmt: skip
_CANDIDATE = cast(Api, by_name("langchain.model"))


def maybe_calls(module: Module) -> tuple[ModelCall, ...]:
    """Calls of methods that models and agents have, on what this file does not make; their `api` is ""."""
    known = model_calls(module)
    found = [
        msgspec.structs.replace(_told(module, call, _CANDIDATE, sure=False), api="")
        for call in module.calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in _METHODS
        and call not in known
        and _from_elsewhere(module, call.func)
    ]
    return tuple(found)


def _from_elsewhere(module: Module, func: ast.Attribute) -> bool:
    """Does the receiver come from another file, from the class's own attributes, or from a function?"""
    dotted = module.qualified(func)
    root = dotted.partition(".")[0]
    return bool(root) and root not in sys.stdlib_module_names and root not in _NO_MODELS
