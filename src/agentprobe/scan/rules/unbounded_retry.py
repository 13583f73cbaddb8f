"""What fails is tried again for ever."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import has_limit
from agentprobe.scan.facts import Facts, Loop
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.flows import calls_of, written
from agentprobe.scan.handlers import loop_around
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import reaching
from agentprobe.scan.retries import Retrier, asks_or_waits, retriers
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.loops import endless_loops, recursions
from agentprobe.scan.scripts.model_calls import Asked, asking
from agentprobe.scan.scripts.retries import endless_retries
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node
from agentprobe.scan.severity import Mode, Severity, Tier

_STOPS = {
    "tenacity": "stop=stop_after_attempt(3)",
    "backoff": "max_tries=3",
    "retrying": "stop_max_attempt_number=3",
}
"""With the two retries of a client within it this makes nine attempts."""

_PUTS = ("put", "put_nowait", "append", "appendleft", "lpush", "rpush")
_TAKES = ("get", "get_nowait", "pop", "popleft", "lpop", "brpop")


class UnboundedRetry(Rule):
    """A call that fails is repeated without a limit on attempts or time.

    Finds: tenacity's `@retry` without `stop` (its default is for ever), `backoff` without `max_tries` and
    `max_time`, `retrying` and `stamina` likewise; `while True` around a call of a model, an HTTP call or a
    function that makes one, left only when it succeeds, also by a flag that success sets; a function that
    calls itself in its own handler; a job that is put back into its queue each time it fails.

    Breaks: an outage, an expired key or one request that can never succeed holds a worker until somebody
    kills it, and pays for every attempt that the provider counts.

    Example:

        from openai import OpenAI
        from tenacity import retry, wait_exponential

        client = OpenAI()

        @retry(wait=wait_exponential(min=1, max=30))
        def ask(messages):
            return client.chat.completions.create(model="gpt-5", messages=messages)

    Instead:

        from openai import OpenAI
        from tenacity import retry, stop_after_attempt, wait_exponential

        client = OpenAI()

        @retry(wait=wait_exponential(min=1, max=30), stop=stop_after_attempt(5))
        def ask(messages):
            return client.chat.completions.create(model="gpt-5", messages=messages)

    False alarms: an attempt that is counted in the `except` branch and raises at a limit; a deadline around
    the loop; a service that reconnects to its own broker for ever on purpose.
    """

    code = "ERR004"
    severity = Severity.HIGH
    mode = Mode.SILENT_ERRORS
    fixes = "safe"
    probe = Probe(
        faults=("server_error", "auth_expired"),
        expects="never comes back while the fault lasts",
        shows=(Sign.ENDLESS, Sign.LATE),
    )
    triggers = ("retry", "tenacity", "backoff", "stamina", "except")

    def in_script(self, script: Script) -> Iterable[Finding]:
        if is_test(script.path):
            return
        for one in endless_loops(script):
            if one.retries:
                yield self._again(script, one.loop, one.asked, "a loop")
        for call, function, asked in recursions(script):
            yield self._again(script, call, asked, f"{script.name_of(function) or 'it'}() calling itself")
        for call, what in endless_retries(script):
            yield self.found(
                script.place(call),
                f"{what} tries for ever: nothing limits its attempts",
                tier=Tier.PROVED,
                severity=None if next(asking(script, call), None) is not None else Severity.MEDIUM,
                subject=script.name_of(script.function(call)),
                consequence="one request that cannot succeed holds its worker until somebody kills it",
                advice="give retries a number, such as 4",
            )

    def _again(self, script: Script, where: Node, asked: Asked, how: str) -> Finding:
        return self.found(
            script.place(where),
            f"{asked.last}() of the model is repeated without a limit, by {how}",
            tier=Tier.PROVED if asked.sure else Tier.INFERRED,
            subject=script.name_of(script.function(where)),
            consequence="while the fault lasts the program hangs here, and pays for each attempt",
            advice="count the attempts, and throw the last error after a few",
            related=(script.place(asked.node),),
        )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for one in retriers(module):
            if not one.bounded:
                yield self._endless(module, one)
        for call in calls_of(module, *_PUTS):
            yield from self._put_back(module, call)

    def _endless(self, module: Module, one: Retrier) -> Finding:
        function = one.function
        asks = function is not None and asks_or_waits(module, function)
        name = module.qualname(function) if function is not None else ""
        return self.found(
            module.place(one.node),
            f"{name or one.library} is repeated for ever: {one.library} has no limit on attempts or time",
            tier=Tier.PROVED,
            severity=None if asks else Severity.MEDIUM,
            subject=name,
            consequence="one request that cannot succeed holds its worker until somebody kills it",
            advice=f"add {_STOPS.get(one.library, 'attempts=5')}",
            fix=_stopped(module, one),
        )

    def _put_back(self, module: Module, call: ast.Call) -> Iterable[Finding]:
        handler = next((one for one in module.ancestors(call) if isinstance(one, ast.ExceptHandler)), None)
        loop = loop_around(module, handler) if handler is not None else None
        queue = written(call.func).rpartition(".")[0]
        if handler is None or loop is None or not queue or _counts_attempts(call):
            return
        if not call.args or not _was_taken(module, call.args[-1], queue):
            return
        if has_limit(module, loop) or has_limit(module, handler):
            return
        function = module.function(handler)
        yield self.found(
            module.place(call),
            f"a job that fails goes back into {queue} every time, and nothing counts its attempts",
            tier=Tier.INFERRED,
            subject=module.qualname(function) if function is not None else "",
            consequence="one bad job is tried for ever and keeps the good ones waiting",
            advice="count the job's attempts, and put it among the dead letters after a few",
        )

    def in_project(self, project: Project) -> Iterable[Finding]:
        for facts in project.facts.values():
            for loop in facts.loops if not is_test(facts.path) else ():
                if loop.retries:
                    yield from self._looped(project, facts, loop)

    def _looped(self, project: Project, facts: Facts, loop: Loop) -> Iterable[Finding]:
        reach = reaching(project)
        asker = next(
            (name for name in loop.calls if reach.comes_to_model(facts, loop.function, name)), ""
        )  # fmt: skip
        http = next((name for name in loop.calls if name in _HTTP), "")
        if not (loop.asks or asker or http):
            return
        what = "a call of a model" if loop.asks else f"{(asker or http).rpartition('.')[2]}()"
        how = (
            "a call of itself in its handler" if loop.kind == "recursion" else "a loop that only success ends"
        )
        yield self.found(
            loop.place,
            f"{what} is repeated without a limit, by {how}",
            tier=Tier.PROVED if loop.asks and loop.sure else Tier.INFERRED,
            subject=loop.function,
            consequence="while the fault lasts the program hangs here, and pays for each attempt",
            advice="count the attempts, and raise the last error after a few",
        )


_HTTP = frozenset(
    f"{home}.{verb}"
    for home in ("requests", "httpx", "requests.Session", "httpx.Client", "httpx.AsyncClient")
    for verb in ("get", "post", "put", "patch", "request")
)  # fmt: skip


def _was_taken(module: Module, node: ast.expr, queue: str) -> bool:
    """Is what is put back what was taken from the same queue?"""
    if not isinstance(node, ast.Name):
        return False
    values = (value.value if isinstance(value, ast.Await) else value for _, value in module.bound(node))
    taken = {written(value.func) for value in values if isinstance(value, ast.Call)}
    return any(f"{queue}.{word}" in taken for word in _TAKES)


def _counts_attempts(node: ast.AST) -> bool:
    words = ast.unparse(node).lower()
    return any(word in words for word in ("attempt", "retr", "tries", "count", "+ 1"))


def _stopped(module: Module, one: Retrier) -> Fix | None:
    """Adds the limit and, for tenacity, what it needs to be imported."""
    word = _STOPS.get(one.library)
    if word is None:
        return None
    if one.library == "tenacity":
        return _tenacity(module, one, word)
    edit = (
        module.with_argument(one.call, word)
        if one.call is not None
        else module.replaced(one.node, f"{module.source(one.node)}({word})")
    )
    return Fix(what=f"add {word}", edits=(edit,), safe=True)


def _tenacity(module: Module, one: Retrier, word: str) -> Fix | None:
    if any(keyword.arg == "stop" for keyword in (one.call.keywords if one.call is not None else ())):
        return None
    imports = [node for node in module.of(ast.ImportFrom) if node.module == "tenacity" and not node.level]
    whole = module.imports.get("tenacity") == "tenacity"
    if not imports and not whole:
        return None
    if not imports:
        word = f"stop=tenacity.{word.partition('=')[2]}"
    edits = [
        module.with_argument(one.call, word)
        if one.call is not None
        else module.replaced(one.node, f"{module.source(one.node)}({word})")
    ]
    if imports and "stop_after_attempt" not in module.imports:
        last = imports[0].names[-1]
        _, end = module.span(imports[0])
        at = module.text.offset(last.end_lineno or last.lineno, last.end_col_offset or 0)
        edits.append(module.inserted(min(at, end), ", stop_after_attempt"))
    return Fix(what=f"add {word}", edits=tuple(edits), safe=True)
