"""A write that is not safe to do twice is repeated when it seems to have failed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Effect
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import FUNCTIONS, Function, Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.repeats import repeats
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_effects import Write, by_name, in_words, writes_in
from agentprobe.scan.tools import tool_functions

_ONCE = re.compile(
    r"idempoten|dedup|request_?id|client_?(?:order|token|reference)|client_msg|nonce|on conflict|or ignore|"
    r"or replace|upsert|"
    r"merge into|if not exists|external_?id|transaction_?id|x-request-id",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"^(?:create|send|post|pay|charge|refund|transfer|book|order|buy|purchase|submit|publish|place|issue|add|insert|notify|email|invite|append|open)(?:_|$)"
)
_BEFORE = re.compile(r"ConnectError|ConnectTimeout|RateLimit|TooManyRequests|NameResolution|429|503")


class RetryNonIdempotentWrite(Rule):
    """A call that adds, sends or pays is repeated after a failure, and nothing tells the repeat from a new
    one.

    Finds: a retrying decorator or loop around a POST, an INSERT or the sending of a message in a function
    that by its name or as a tool writes, without an idempotency key and without a check of what was done.

    Breaks: the server did it and only the answer was lost. The repeat does it again: two refunds, two
    e-mails, two orders, and every one of them looks like a success.

    Example:

        import requests
        from tenacity import retry, stop_after_attempt

        @retry(stop=stop_after_attempt(3))
        def refund_order(order, amount):
            answer = requests.post(f"https://pay.example/{order}/refunds", json=amount, timeout=10)
            answer.raise_for_status()

    Instead:

        import requests
        from tenacity import retry, stop_after_attempt

        @retry(stop=stop_after_attempt(3))
        def refund_order(order, amount, key):
            answer = requests.post(
                f"https://pay.example/orders/{order}/refunds",
                json=amount,
                headers={"Idempotency-Key": key},
                timeout=10,
            )
            answer.raise_for_status()

    False alarms: a POST that only asks, as searches and models do; retries of what failed before anything was
    sent; upserts and inserts that skip what is there.
    """

    code = "RACE008"
    severity = Severity.HIGH
    mode = Mode.RACE_CONDITION
    probe = Probe(faults=("reply_lost",), expects="does it twice", shows=(Sign.DUPLICATED,))

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        repeated = repeats(module)
        named = tool_functions(module) if repeated else {}
        seen: set[int] = set()
        for one in repeated:
            function = module.by_qualname.get(one.function)
            if function is None or _BEFORE.search(_decorators(function)):
                continue
            name = in_words(named[function].name if function in named else function.name)
            sure = function in named and named[function].effect is Effect.WRITE
            for write in writes_in(module, function):
                if one.loop and not _stands_in_a_loop(module, write, function):
                    continue
                if id(write.node) in seen or not _again(module, write, name, function):
                    continue
                seen.add(id(write.node))
                yield self.found(
                    module.place(write.node),
                    f"{function.name}() is repeated when it fails, and then {_verb(write)} twice",
                    tier=Tier.PROVED
                    if (sure and write.kind != "post") or write.kind in ("sql", "send")
                    else Tier.INFERRED,
                    subject=one.function,
                    consequence="when only the answer was lost, the repeat does it a second time",
                    advice="send the same idempotency key with every attempt, or look whether it was done "
                    "before doing it again",
                    related=(one.place,),
                )


def _decorators(function: Function) -> str:
    return " ".join(ast.unparse(one) for one in function.decorator_list)


def _verb(write: Write) -> str:
    return {"sql": "inserts", "send": "sends", "post": "posts"}.get(write.kind, "does it")


def _again(module: Module, write: Write, name: str, function: Function) -> bool:
    """Does doing this twice make two of it?"""
    if _ONCE.search(ast.unparse(function)[:20_000]):
        return False
    if write.kind == "sql":
        return write.what.lower().startswith("insert")
    if write.kind == "send":
        return True
    if write.kind == "client":
        return (write.what.startswith("stripe.") and "create" in write.what) or write.what in (
            "insert_one",
            "insert_many",
            "create_issue",
        )
    return write.kind == "post" and bool(_DONE.match(name)) and by_name(name) is not Effect.READ


def _stands_in_a_loop(module: Module, write: Write, function: Function) -> bool:
    for above in module.ancestors(write.node):
        if isinstance(above, ast.Try):
            return any(
                isinstance(each, ast.While | ast.For | ast.AsyncFor) for each in module.ancestors(above)
            )
        if isinstance(above, FUNCTIONS) and above is function:
            return False
    return False
