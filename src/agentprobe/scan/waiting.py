"""Calls that wait for something outside, HTTP, processes, models, and whether a deadline ends the wait."""

from __future__ import annotations

import ast

from agentprobe.scan.bounds import has_deadline
from agentprobe.scan.facts import Wait
from agentprobe.scan.flows import calls_of
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import FUNCTIONS, Module, argument
from agentprobe.scan.values import arguments, literal

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send")
_REQUESTS = ("requests", "requests.Session", "requests.session", "requests.sessions.Session")
_HTTPX = ("httpx", "httpx.Client", "httpx2", "httpx2.Client")
_PROCESSES = ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")
_OTHERS = {
    "time.sleep": "sleep",
    "urllib.request.urlopen": "http",
    "os.system": "process",
    "os.popen": "process",
    "subprocess.Popen.communicate": "process",
    "subprocess.Popen.wait": "process",
    "asyncio.create_subprocess_exec.communicate": "process",
    "asyncio.create_subprocess_shell.communicate": "process",
    "asyncio.create_subprocess_exec.wait": "process",
    "asyncio.create_subprocess_shell.wait": "process",
    **{f"subprocess.{name}": "process" for name in _PROCESSES},
    **{f"{base}.{verb}": "http" for base in (*_REQUESTS, *_HTTPX) for verb in _VERBS},
    **{f"httpx.AsyncClient.{verb}": "http" for verb in _VERBS},
    **{
        f"{client}.{verb}": "model"
        for client in ("openai.OpenAI", "openai.AzureOpenAI")
        for verb in (
            "moderations.create",
            "embeddings.create",
            "images.generate",
            "images.edit",
            "audio.speech.create",
            "audio.transcriptions.create",
            "audio.translations.create",
        )
    },
}
_LAST = sorted({name.rpartition(".")[2] for name in _OTHERS})
_LIBRARIES = frozenset(name.partition(".")[0] for name in _OTHERS)
_POSITION = {"urllib.request.urlopen": 2, "subprocess.Popen.communicate": 1, "subprocess.Popen.wait": 0}
_SHORT_SECONDS = 0.05
_SYNC_METHODS = frozenset(
    {"invoke", "stream", "batch", "predict", "run_sync", "kickoff", "completion", "run"}
)


def waits(module: Module) -> dict[ast.Call, Wait]:
    """All calls of a module that wait for something outside, by their node; worked out once."""
    if "waits" not in module.kept:
        found: dict[ast.Call, Wait] = {}
        for call in calls_of(module, *_LAST) if module.imported_roots & _LIBRARIES else ():
            told = _told(module, call)
            if told is not None:
                found[call] = told
        for call in model_calls(module):
            if _is_sync(module, call):
                found[call] = _wait(module, call, model_calls(module)[call].callee, "model", "unknown")
        module.kept["waits"] = found
    kept: dict[ast.Call, Wait] = module.kept["waits"]
    return kept


def _told(module: Module, call: ast.Call) -> Wait | None:
    dotted = module.qualified(call.func)
    kind = _OTHERS.get(dotted)
    if kind is None or (dotted.startswith("subprocess.Popen") and _runs_on(module, call)):
        return None
    if kind == "sleep":
        seconds = literal(module, argument(call, "secs", 0))
        if isinstance(seconds, int | float) and seconds < _SHORT_SECONDS:
            return None
        return _wait(module, call, dotted, kind, "given")
    if kind == "model":
        return _wait(module, call, dotted, kind, "unknown")
    return _wait(module, call, dotted, kind, _deadline(module, call, dotted))


def _runs_on(module: Module, call: ast.Call) -> bool:
    """Is a process waited for after it was told to end?"""
    function = module.function(call)
    ended = ("kill", "terminate", "send_signal")
    return any(
        isinstance(one.func, ast.Attribute) and one.func.attr in ended and module.function(one) is function
        and one.lineno <= call.lineno for one in module.calls
    )  # fmt: skip


def _deadline(module: Module, call: ast.Call, dotted: str) -> str:
    given = argument(call, "timeout", _POSITION.get(dotted))
    if given is not None:
        return "none" if literal(module, given) is None else "given"
    found, unfollowed = arguments(module, call)
    if "timeout" in found:
        return "none" if found["timeout"].is_literal and found["timeout"].value is None else "given"
    if unfollowed:
        return "unknown"
    if has_deadline(module, call) or any(isinstance(one, ast.Starred) for one in call.args):
        return "given"
    if dotted.startswith("httpx"):
        return _of_client(module, call)
    return "unknown" if dotted.startswith(_REQUESTS[1:]) and _is_prepared(module) else "none"


def _of_client(module: Module, call: ast.Call) -> str:
    """httpx waits 5 s by default; a client that is made with `timeout=None` waits for ever."""
    made = _maker(module, call)
    if made is None:
        return "default"
    given = argument(made, "timeout")
    if given is None:
        return "default"
    return "none" if literal(module, given) is None else "given"


def _maker(module: Module, call: ast.Call) -> ast.Call | None:
    node = call.func.value if isinstance(call.func, ast.Attribute) else None
    meant = module.value(node) if isinstance(node, ast.Name | ast.Attribute) else node
    return meant if isinstance(meant, ast.Call) else None


def _is_prepared(module: Module) -> bool:
    """Does a module put a deadline into its sessions by an adapter or a `request` of its own?"""
    if calls_of(module, "mount"):
        return True
    return any(
        isinstance(target, ast.Attribute) and target.attr in ("request", "timeout", "send")
        for one in module.of(ast.Assign)
        for target in one.targets
    )


def _wait(module: Module, call: ast.Call, dotted: str, kind: str, deadline: str) -> Wait:
    function = module.function(call)
    return Wait(
        callee=dotted,
        kind=kind,
        place=module.place(call),
        function=module.qualname(function) if function is not None else "",
        blocks=blocks(module, call),
        deadline=deadline,
    )


def blocks(module: Module, call: ast.Call) -> bool:
    """Does the call hold up its thread where it stands, rather than be awaited or handed on?"""
    dotted = module.qualified(call.func)
    if "Async" in dotted or dotted.startswith("asyncio.") or isinstance(module.parent(call), ast.Await):
        return False
    for above in module.ancestors(call):
        if isinstance(above, ast.Lambda):
            return False
        if isinstance(above, FUNCTIONS):
            return True
    return True


def _is_sync(module: Module, call: ast.Call) -> bool:
    """Is a call of a model one that waits for the answer in its own thread?"""
    told = model_calls(module)[call]
    if not told.sure or isinstance(module.parent(call), ast.Await):
        return False
    if told.api in (
        "openai.chat",
        "openai.responses",
        "openai.completions",
        "anthropic.messages",
        "ollama",
        "cohere",
    ):
        return "Async" not in told.callee and told.callee.rpartition(".")[2] != "acreate"
    if told.api == "gemini":
        return ".aio." not in told.callee
    last = told.callee.rpartition(".")[2]
    return last in _SYNC_METHODS and told.api in _SYNC_APIS.get(last, ())


_FRAMEWORKS = ("langchain.model", "langchain.agent", "langchain.executor", "langgraph")
_SYNC_APIS: dict[str, tuple[str, ...]] = {
    "invoke": _FRAMEWORKS,
    "stream": _FRAMEWORKS,
    "batch": _FRAMEWORKS,
    "predict": _FRAMEWORKS,
    "run_sync": ("pydantic-ai", "openai-agents"),
    "kickoff": ("crewai",),
    "completion": ("litellm",),
    "run": ("smolagents", "langchain.executor"),
}
