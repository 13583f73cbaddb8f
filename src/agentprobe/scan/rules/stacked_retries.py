"""Retries within retries multiply."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.effective import Effective, Outer, effective_calls
from agentprobe.scan.effective.worst import span
from agentprobe.scan.finding import Finding, Origin, Place, Probe
from agentprobe.scan.mending.inner_retries import without_retries
from agentprobe.scan.nodes import short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier

_MOST = 10


class StackedRetries(Rule):
    """A call of a model is retried by several layers, more than ten times in all.

    Finds: the client's own retries (2 by default in the OpenAI and Anthropic libraries), decorators such as
    tenacity's, loops that go round again after an error and `with_retry`, multiplied along the callers.

    Breaks: each layer believes that it tries a few times. During an outage one request becomes dozens, rate
    limits never recover, and the user waits for the product of all timeouts.

    Example:

        from openai import OpenAI
        from tenacity import retry, stop_after_attempt

        client = OpenAI(timeout=30)

        @retry(stop=stop_after_attempt(5))
        def ask(messages):
            return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)

    Instead:

        from openai import OpenAI
        from tenacity import retry, stop_after_attempt

        client = OpenAI(timeout=30, max_retries=0)

        @retry(stop=stop_after_attempt(5))
        def ask(messages):
            return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)

    False alarms: a layer that only repeats after errors of parsing or validation does not multiply with those
    that repeat after errors of the network, and is not counted.
    """

    code = "ERR006"
    severity = Severity.MEDIUM
    mode = Mode.SILENT_ERRORS
    fixes = "unsafe"
    probe = Probe(
        faults=("rate_limited", "server_error"),
        expects="many times more requests than tasks",
        shows=(Sign.ASKED_OFTEN,),
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        groups: dict[Place, list[Effective]] = {}
        for one in effective_calls(project):
            layers = layered(one)
            if layers and not is_test(one.call.place.path):
                groups.setdefault(layers[-1].place, []).append(one)
        for calls in groups.values():
            yield self._of(project, max(calls, key=lambda each: each.worst.requests or 0))

    def _of(self, project: Project, one: Effective) -> Finding:
        layers = layered(one)
        inner = int(one.attempts.number or 1)
        first = [f"{inner} ({one.package or 'the client'})"] if one.attempts.number is not None else []
        total = inner
        for layer in layers:
            total *= layer.attempts or 1
        product = " × ".join([*first, *(f"{each.attempts} ({each.by})" for each in layers)])
        tier = one.attempts.tier if all(each.tier is Tier.PROVED for each in layers) else Tier.INFERRED
        waited = f" and up to {span(one.timeout.number * total)}" if one.timeout.number is not None else ""
        return self.found(
            one.call.place,
            f"{short(one.call.callee)}() is tried up to {total} times: {product}",
            tier=tier if one.call.sure else Tier.INFERRED,
            subject=one.call.function or short(one.call.callee),
            consequence=f"one task sends {total} requests{waited} while the provider is down",
            advice="retry in one layer: max_retries=0 in the client, or no retries around it",
            origins=(
                one.attempts.origin("attempts", str(inner) if first else "unknown"),
                *(
                    Origin(name=each.by, value=str(each.attempts), source="retries", place=each.place)
                    for each in layers
                ),
            ),
            related=tuple(dict.fromkeys(each.place for each in layers)),
            fix=without_retries(project, one, layers, _MOST),
        )


def layered(one: Effective) -> tuple[Outer, ...]:
    """The layers around a call that multiply with its own retries to more than ten attempts; none: fewer."""
    inner = one.attempts.number or 1
    layers = tuple(
        each for each in one.outer if each.attempts is not None and each.attempts > 1 and not each.endless
    )
    total = inner
    for each in layers:
        total *= each.attempts or 1
    deep = len(layers) + (1 if inner > 1 else 0)
    return layers if layers and deep > 1 and total > _MOST else ()
