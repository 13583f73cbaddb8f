"""A task that fails for good is gone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Met, Place, Probe
from agentprobe.scan.handlers import catches_everything, kinds_of
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import FUNCTIONS, Function, Module, last_word
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.units import units

_TAKES = re.compile(
    r"\.(?:receive_messages?|blpop|brpop|blmove|xreadgroup|basic_get|basic_consume|consume|get_message|poll|lpop|rpop"
    r"|receive|getone|getmany)$"
)
_QUEUES = frozenset({
    "boto3", "aioboto3", "redis", "pika", "aio_pika", "kombu", "kafka", "confluent_kafka", "aiokafka",
    "azure",    "google", "nats", "stomp", "zmq", "aiormq", "faststream", "asyncio", "queue",
})  # fmt: skip
_KEEPS = re.compile(
    r"dead|dlq|dlx|fail|reject|nack|requeue|retry|park|poison|quarantine|outbox|error_queue|put|xadd|rpush|lpush|publish"
    r"|send_message|insert|save|record_|store|change_visibility|abort|alert|notify|capture_exception|report",
    re.IGNORECASE,
)


_DEAD = re.compile(r"dead_?letter|\bdlq\b|_dlq|dlq_|to_dead|\.reject$|\.nack$|basic_nack", re.IGNORECASE)


class NoDeadLetter(Rule):
    """A worker takes tasks from a queue, a task fails in the model, and the worker forgets it.

    Finds: a loop that takes messages from a queue and has a model work on them, with a broad handler that
    neither raises, nor gives the message back, nor keeps it anywhere.

    Breaks: the message was taken and is never answered. Nobody can say which customers were skipped during
    the outage.

    Example:

        import redis
        from openai import OpenAI

        client, queue = OpenAI(), redis.Redis()

        def work():
            while True:
                _, task = queue.blpop("tasks")
                try:
                    client.responses.create(model="gpt-5", input=task)
                except Exception as error:
                    print("failed", error)

    Instead:

        import redis
        from openai import OpenAI

        client, queue = OpenAI(), redis.Redis()

        def work():
            while True:
                _, task = queue.blpop("tasks")
                try:
                    client.responses.create(model="gpt-5", input=task)
                except Exception as error:
                    queue.rpush("tasks:dead", pack(task, error))

    False alarms: a broker that is set up to deliver again what was not acknowledged, and then to put it into
    a dead-letter queue.
    """

    code = "RDY009"
    severity = Severity.MEDIUM
    mode = Mode.READINESS
    item = Item.DEAD_LETTERS
    triggers = (
        "receive",
        "pop",
        "xreadgroup",
        "consume",
        "basic_get",
        "poll",
        "get_message",
        "getone",
        "queue",
        "Queue",
    )
    probe = Probe(
        faults=("server_error",),
        expects="goes on with the next task, and the failed one is nowhere",
        shows=(Sign.LIED, Sign.STRAYED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path) or not _QUEUES & module.imported_roots:
            return
        asking = {module.function(call) for call in model_calls(module)}
        for loop, take in _loops(module):
            for handler in _handlers(module, loop):
                if _asks(module, handler, asking) and not _keeps(handler):
                    yield self.found(
                        module.place(handler),
                        f"a task taken by {module.source(take.func)}() that fails here is forgotten",
                        tier=Tier.INFERRED,
                        subject=module.qualname(loop),
                        consequence="tasks that failed during an outage are lost, and nobody knows which",
                        advice="put the task and its error into a dead-letter queue, or give it back",
                        related=(module.place(take),),
                    )

    def met(self, project: Project) -> Iterable[Met]:
        for unit in units(project):
            for name, facts in unit.called.items():
                if _DEAD.search(name):
                    place = next((one.place for one in facts.model_calls), Place(path=facts.path))
                    what = f"{name.rpartition('.')[2]}() keeps what failed"
                    yield Met(item=Item.DEAD_LETTERS, place=place, what=what)


def _loops(module: Module) -> Iterator[tuple[ast.While | ast.For | ast.AsyncFor, ast.Call]]:
    """The loops of a module that take messages, each with the call that takes."""
    for call in module.calls:
        if not isinstance(call.func, ast.Attribute) or not _TAKES.search(f".{call.func.attr}"):
            taken = module.qualified(call.func)
            if not taken.endswith(("Queue.get", "Queue.get_nowait")):
                continue
        for above in module.ancestors(call):
            if isinstance(above, FUNCTIONS):
                break
            if isinstance(above, ast.While | ast.For | ast.AsyncFor):
                yield above, call
                break


def _handlers(module: Module, loop: ast.AST) -> Iterator[ast.ExceptHandler]:
    for node in ast.walk(loop):
        if isinstance(node, ast.ExceptHandler) and catches_everything(module, kinds_of(node)):
            yield node


def _asks(module: Module, handler: ast.ExceptHandler, asking: set[Function | None]) -> bool:
    """Does what the handler guards call a model, itself or by a function of this file?"""
    guarded = module.parent(handler)
    assert isinstance(guarded, ast.Try | ast.TryStar)
    names = {function.name for function in asking if function is not None}
    calls = [node for part in guarded.body for node in ast.walk(part) if isinstance(node, ast.Call)]
    known = model_calls(module)
    return any(call in known or last_word(call.func) in names for call in calls)


def _keeps(handler: ast.ExceptHandler) -> bool:
    """Does a handler raise, or call or write something that may keep the task?"""
    return any(
        isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and _KEEPS.search(last_word(node.func)) is not None)
        for part in handler.body
        for node in ast.walk(part)
    )
