"""What a tool does to the world: what its code plainly does, else what its hints or its name say."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agentprobe.scan.facts import Effect
from agentprobe.scan.flows import own_function
from agentprobe.scan.module import FUNCTIONS, Function, Module, argument
from agentprobe.scan.values import NOT_FOUND, literal

WRITING = re.compile(
    r"^(?:create|add|insert|update|upsert|set|put|patch|delete|remove|drop|cancel|close|send|post|publish|pay|charge|"
    r"refund|transfer|book|order|buy|purchase|write|save|store|move|rename|edit|modify|assign|approve|reject|submit|"
    r"execute|run|deploy|merge|push|commit|schedule|invite|grant|revoke|reset|upload|register|archive|issue|notify|"
    r"email|escalate|open|reply|forward|append|apply|start|stop|restart|kill|install)(?:_|$)"
)
READING = re.compile(
    r"^(?:get|list|find|search|lookup|look|read|fetch|query|show|describe|count|check|retrieve|load|view|browse|"
    r"summari[sz]e|calculate|compute|convert|compare|validate|is|has|estimate|preview|explain|translate|weather|"
    r"current|today|now|web_search|tavily|google|think)(?:_|$)"
)
STRONG = re.compile(
    r"^(?:create|insert|update|upsert|delete|remove|drop|cancel|send|publish|pay|charge|refund|transfer|purchase|buy|"
    r"deploy|merge|revoke|grant|rename|approve|reject|submit|upload|archive|modify|edit|reset)_"
    r"|^write_(?:file|to|row|record)_"
)
"""Names of tools that say that they change something outside and leave little doubt."""
_SQL = re.compile(r"^\s*(?:insert|update|delete|replace|merge|drop|alter|create|truncate)\b", re.IGNORECASE)
_HTTP = ("requests", "httpx", "aiohttp", "httpx2", "urllib3")
_ASKING = re.compile(
    r"search|query|graphql|/chat|completions|embed|/token\b|oauth|translate|predict|generate|rerank|extract|scrape|"
    r"lookup|retrieve|crawl|/find",
    re.IGNORECASE,
)
"""Addresses to which one posts what is only a question."""
_METHODS = frozenset({
    "insert_one", "insert_many", "update_one", "update_many", "delete_one", "delete_many", "replace_one",
    "put_item",
    "update_item", "delete_item", "put_object", "delete_object", "send_email", "sendmail", "send_message",
    "send_mail",
    "chat_postMessage", "bulk_write", "create_issue", "create_pull", "merge_pull_request",
})  # fmt: skip
_FILES = frozenset({"write_text", "write_bytes", "unlink", "rmdir", "touch", "rename"})
_FUNCTIONS = {
    "os.remove": "file", "os.unlink": "file", "os.rename": "file", "os.replace": "file", "os.rmdir": "file",
    "os.makedirs": "", "shutil.rmtree": "file", "shutil.move": "file", "smtplib.SMTP.send_message": "send",
    "os.system": "command", "os.popen": "command",
    "subprocess.run": "command", "subprocess.Popen": "command", "subprocess.check_output": "command",
    "subprocess.call": "command", "subprocess.check_call": "command", "subprocess.getoutput": "command",
    "asyncio.create_subprocess_shell": "command", "asyncio.create_subprocess_exec": "command",
}  # fmt: skip
_KEPT = re.compile(r"cache|memo|seen|stat|metric|count|log|history|trace", re.IGNORECASE)
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Write:
    """A place that plainly changes the world."""

    node: ast.AST
    kind: str
    """One of "post", "put", "sql", "file", "send", "command", "memory" (of this process), "client"."""
    what: str = ""
    """The first words of the SQL, or what is called."""


def by_name(name: str) -> Effect:
    """What a tool's name says of its effect: `delete_order` writes, `find_customer` reads."""
    words = in_words(name)
    if WRITING.match(words):
        return Effect.WRITE
    return Effect.READ if READING.match(words) else Effect.UNKNOWN


def in_words(name: str) -> str:
    """A name with underscores between its words, in small letters: `deleteOrder` is `delete_order`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_").replace(".", "_")


def effect_of(module: Module, function: Function, name: str, hints: dict[str, bool]) -> tuple[Effect, str]:
    """What a tool does, and what says so: "code", "hints" or "name"."""
    deep = by_name(name) is not Effect.READ  # what a reader calls may write for reasons of its own
    return effect_by(name, hints, writes_in(module, function, deep=deep))


def effect_by(name: str, hints: dict[str, bool], writes: list[Write]) -> tuple[Effect, str]:
    """What a tool of this name with these hints does whose code writes this."""
    said = by_name(name)
    plain = [one for one in writes if said is not Effect.READ or one.kind not in ("post", "file", "command")]
    if plain:
        return Effect.WRITE, "code"
    if hints.get("readOnlyHint"):
        return Effect.READ, "hints"
    if "readOnlyHint" in hints or hints.get("destructiveHint"):
        return Effect.WRITE, "hints"
    return said, "name"


def writes_in(module: Module, function: Function, *, deep: bool = False) -> list[Write]:
    """The places in a function that change the world; `deep`: also in what it calls in this file."""
    found: list[Write] = []
    seen: set[Function] = set()
    waiting: list[tuple[Function, int]] = [(function, 0)]
    while waiting:
        one, depth = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        found += _writes(module).get(one, [])
        if deep and depth < _DEEPEST:
            waiting += [(called, depth + 1) for called in called_in(module, one)]
    return found


def writes_within(module: Module, nodes: list[ast.stmt]) -> list[Write]:
    """The places under some statements that change the world, also in functions of this file called there."""
    inside = {node for statement in nodes for node in ast.walk(statement)}
    owner = module.function(nodes[0]) if nodes else None
    found = [one for one in _writes(module).get(owner, []) if one.node in inside] if owner else []
    for node in inside:
        named = module.by_qualname.get(own_function(module, node)) if isinstance(node, ast.Call) else None
        if named is not None:
            found += writes_in(module, named, deep=True)
    return found


def calls_in(module: Module, function: Function) -> list[ast.Call]:
    """The calls that stand in a function, also in functions within it."""
    if "calls by function" not in module.kept:
        by: dict[Function, list[ast.Call]] = defaultdict(list)
        for call in module.calls:
            for above in module.ancestors(call):
                if isinstance(above, FUNCTIONS):
                    by[above].append(call)
        module.kept["calls by function"] = by
    found: list[ast.Call] = module.kept["calls by function"].get(function, [])
    return found


def called_in(module: Module, function: Function) -> list[Function]:
    """The functions of this file that a function calls."""
    names = (own_function(module, call) for call in calls_in(module, function))
    return [module.by_qualname[name] for name in names if name in module.by_qualname]


def _writes(module: Module) -> dict[Function, list[Write]]:
    if "writes" not in module.kept:
        by: dict[Function, list[Write]] = defaultdict(list)
        for one in _all(module):
            for above in module.ancestors(one.node):
                if isinstance(above, FUNCTIONS):
                    by[above].append(one)
        module.kept["writes"] = by
    found: dict[Function, list[Write]] = module.kept["writes"]
    return found


def _all(module: Module) -> Iterator[Write]:
    for call in module.calls:
        one = _of_call(module, call)
        if one is not None:
            yield one
    changes: list[ast.Assign | ast.AugAssign | ast.Delete] = [
        *module.of(ast.Assign),
        *module.of(ast.AugAssign),
        *module.of(ast.Delete),
    ]
    for statement in changes:
        if _changes_a_global(module, statement):
            yield Write(statement, "memory")


def _of_call(module: Module, call: ast.Call) -> Write | None:
    last = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    looks = _LOOKS.get(last)
    if looks is not None:
        return looks(module, call)
    if isinstance(call.func, ast.Name) and call.func.id == "open":
        return Write(call, "file") if opened_to_write(module, call) else None
    if (
        last == "commit"
    ):  # of a session or connection, or of a repository's index; `repo.commit(name)` only reads
        return Write(call, "client", last) if not call.args or _is_index(call) else None
    if last in _METHODS:
        return Write(
            call, "send" if last.startswith("send") or last == "chat_postMessage" else "client", last
        )
    if last in _FILES:
        return Write(call, "file", last)
    dotted = module.qualified(call.func) if last or isinstance(call.func, ast.Name) else ""
    kind = _FUNCTIONS.get(dotted, "")
    if kind == "command":
        told = literal(module, call.args[0]) if call.args else NOT_FOUND
        return Write(call, "command", dotted) if told is NOT_FOUND else None
    return Write(call, kind, dotted) if kind else None


def _is_index(call: ast.Call) -> bool:
    assert isinstance(call.func, ast.Attribute)
    return isinstance(call.func.value, ast.Attribute) and call.func.value.attr == "index"


def _of_http(module: Module, call: ast.Call) -> Write | None:
    assert isinstance(call.func, ast.Attribute)
    dotted = module.qualified(call.func)
    if dotted.partition(".")[0] not in _HTTP:
        return None
    if call.func.attr != "post":
        return Write(call, "put", call.func.attr)
    address = text_in(module, argument(call, "url", 0))
    return None if _ASKING.search(address) else Write(call, "post", address)


def _of_sql(module: Module, call: ast.Call) -> Write | None:
    text = text_in(module, call.args[0]) if call.args else ""
    match = _SQL.match(text)
    return Write(call, "sql", " ".join(text.split())[:200]) if match else None


def _of_service(module: Module, call: ast.Call) -> Write | None:
    dotted = module.qualified(call.func)
    return Write(call, "client", dotted) if dotted.startswith(("stripe.", "twilio.", "paypal")) else None


_LOOKS: dict[str, Callable[[Module, ast.Call], Write | None]] = {
    **dict.fromkeys(("post", "put", "patch", "delete"), _of_http),
    **dict.fromkeys(("execute", "executemany", "executescript", "fetchrow", "exec"), _of_sql),
    **dict.fromkeys(("create", "modify", "cancel", "capture"), _of_service),
}


def opened_to_write(module: Module, call: ast.Call) -> bool:
    """Does `open(…)` open a file to write?"""
    mode = literal(module, argument(call, "mode", 1))
    return isinstance(mode, str) and bool(set(mode) & set("wax+"))


def _changes_a_global(module: Module, node: ast.Assign | ast.AugAssign | ast.Delete) -> bool:
    """Is an item or attribute of a mutable name at the module's top changed here, from within a function?"""
    targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
    for target in targets:
        inner: ast.expr = target
        while isinstance(inner, ast.Subscript | ast.Attribute):
            inner = inner.value
        if inner is target or not isinstance(inner, ast.Name) or _KEPT.search(inner.id):
            continue
        bound = module.bound(inner)
        if bound and all(isinstance(module.scope(where), ast.Module) for where, _ in bound):
            return module.function(node) is not None
    return False


def text_in(module: Module, node: ast.expr | None, depth: int = 0) -> str:
    """The literal text of an expression, with "{}" for what is filled in; "" where it has none."""
    if node is None or depth > 6:
        return ""
    told = literal(module, node)
    if isinstance(told, str):
        return told
    if isinstance(node, ast.Name | ast.Attribute):
        meant = module.value(node)
        return text_in(module, meant, depth + 1) if meant is not node else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = text_in(module, node.left, depth + 1), text_in(module, node.right, depth + 1)
        return (left or "{}") + (right or "{}") if left or right else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return text_in(module, node.left, depth + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return text_in(module, node.func.value, depth + 1)
    if isinstance(node, ast.Call) and node.args:  # text("INSERT …"), Path("a")
        return text_in(module, node.args[0], depth + 1)
    return ""
