"""A call of a model may wait for ten minutes, and then again."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from agentprobe.domain.sign import Sign
from agentprobe.scan.apis import by_name
from agentprobe.scan.declared import Declared, Setting, declared
from agentprobe.scan.document import Document
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.effective.worst import span
from agentprobe.scan.facts import Known
from agentprobe.scan.finding import Finding, Fix, Met, Place, Probe
from agentprobe.scan.mending.setting import setting
from agentprobe.scan.nodes import adding, short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.effective import script_calls
from agentprobe.scan.severity import Item, Mode, Severity, Tier

_LONG = 600


class ModelNoDeadline(Rule):
    """Nothing but the library's own default ends the wait for a model's answer.

    Finds: a client or chat model without a timeout, whose calls have none either and stand under no
    `asyncio.wait_for` or the like: the default of 600 s, or none at all, holds, and is multiplied by retries.

    Breaks: when the provider hangs, each session hangs with it, for 30 minutes with the defaults of the
    OpenAI and Anthropic libraries. Workers run out, users leave, and no error is seen.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def ask(messages):
            return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)

    Instead:

        from openai import OpenAI

        client = OpenAI(timeout=30, max_retries=1)

        def ask(messages):
            return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)

    False alarms: a client whose making was not found, or that is given an `http_client` or `**options` that
    cannot be followed, is not reported.
    """

    code = "LAT001"
    severity = Severity.MEDIUM
    mode = Mode.API_LATENCY
    item = Item.DEADLINES
    fixes = "unsafe"
    probe = Probe(
        faults=("hang",),
        expects="a session that waits until somebody kills it",
        shows=(Sign.LATE,),
        at="model",
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        yield from self._scripts(project)
        groups: dict[Place, list[Effective]] = {}
        for one in effective_calls(project):
            if _endless(one) and not is_test(one.call.place.path):
                where = one.call.client.place if one.call.client is not None else one.call.place
                groups.setdefault(where, []).append(one)
        for where, calls in groups.items():
            if not is_test(where.path):
                yield self._of(project, where, calls)

    def _scripts(self, project: Project) -> Iterable[Finding]:
        groups: dict[Place, list[Effective]] = {}
        for told, one in script_calls(project):
            if told.maker is not None and not told.loops and not told.brief and not is_test(told.maker.path):
                groups.setdefault(told.maker, []).append(one)
        for where, calls in groups.items():
            if not all(_is_long(each) for each in calls):
                continue  # one call at least has its own deadline: somebody has thought of it
            one = calls[0]
            client = one.call.client
            name = (client.made if client is not None else one.call.callee).partition(":")[0]
            waits = (
                "waits without a deadline" if one.timeout.number is None else f"may wait {one.worst.words}"
            )
            yield self.found(
                where,
                f"the client of {name} is given no timeout: a call {waits}",
                tier=Tier.PROVED if one.timeout.tier is Tier.PROVED and not one.made_only else Tier.INFERRED,
                subject=one.call.function or name,
                consequence="while the provider hangs every session hangs too, and no error is thrown",
                advice="give it timeout (milliseconds) of what a user waits for, and a small maxRetries",
                origins=(
                    one.timeout.origin(
                        "timeout", "none" if one.timeout.number is None else f"{one.timeout.number:g} s"
                    ),
                    one.attempts.origin("attempts", str(one.attempts.value)),
                ),
                related=tuple(dict.fromkeys(each.call.place for each in calls if each.call.place != where))[
                    :5
                ],
            )

    def _of(self, project: Project, where: Place, calls: list[Effective]) -> Finding:
        one = max(calls, key=lambda each: each.worst.seconds or 0)
        client = one.call.client
        name = short(client.made if client is not None else one.call.callee)
        waits = "waits without a deadline" if one.timeout.number is None else f"may wait {one.worst.words}"
        if not one.package:
            waits = "waits as long as its provider's client does"
        sure = one.timeout.tier is Tier.PROVED and one.call.sure
        return self.found(
            where,
            f"{name}() sets no timeout: a call {waits}",
            tier=Tier.PROVED if sure else Tier.INFERRED,
            subject=(client.name if client is not None else "") or one.call.function or name,
            consequence="while the provider hangs every session hangs too, and no error is raised",
            advice="give the client a timeout= of what a user waits for, and few max_retries=",
            origins=(
                one.timeout.origin(
                    "timeout", "none" if one.timeout.number is None else f"{one.timeout.number:g} s"
                ),
                one.attempts.origin("attempts", str(one.attempts.value)),
            ),
            related=tuple(dict.fromkeys(each.call.place for each in calls if each.call.place != where))[:5],
            fix=_fix(project, where, one),
        )

    def in_document(self, document: Document) -> Iterable[Finding]:
        every = declared(document) if not is_test(document.path) else ()
        for one in every:
            timeout = one.get("timeout")
            told = _off(one, timeout) if timeout is not None else ""
            if timeout is not None and told:
                seconds = "60000" if timeout.key.lower().endswith("ms") else "60"
                fix = setting(
                    document, timeout.place, timeout.key, timeout.value, new=seconds, what="wait 60 s at most"
                )
                yield replace(self._declared(timeout, told), fix=fix)
        if not any(one.get("timeout") for one in every):
            without = next((one for one in every if _holds_limits(one, document.kind)), None)
            if without is not None:
                yield self._declared(without.settings["model"], f"no timeout is set for {without.model}")

    def _declared(self, setting: Setting, message: str) -> Finding:
        return self.found(
            setting.place,
            message,
            tier=Tier.INFERRED,
            subject=setting.path,
            consequence="while the provider hangs every session hangs too, and no error is raised",
            advice="set a timeout of what a user waits for, and few retries",
        )

    def met(self, project: Project) -> Iterable[Met]:
        for document in project.documents:
            for given in declared(document):
                told = given.get("timeout")
                if told is not None and told.number is not None and 0 < told.number < _LONG:
                    yield Met(item=Item.DEADLINES, place=told.place, what=f"{told.key} {told.value}")
        for one in effective_calls(project):
            limit = one.deadline if one.deadline.number is not None else one.timeout
            if limit.given and limit.number is not None and not is_test(one.call.place.path):
                yield Met(
                    item=Item.DEADLINES, place=limit.place or one.call.place, what=f"{limit.number:g} s"
                )


def _is_long(one: Effective) -> bool:
    """Is it known that a call may wait for ten minutes or more?"""
    return one.timeout.known and (one.timeout.number is None or one.timeout.number >= _LONG)


def _holds_limits(one: Declared, kind: str) -> bool:
    """Is this where a team sets what a run may take, so that a timeout would stand here too?"""
    limits = ("retries", "attempts", *(("steps", "cap") if kind == "agent-config" else ()))
    return one.whole and bool(one.model) and bool(one.all_of(*limits))


def _off(one: Declared, timeout: Setting) -> str:
    """What is wrong with a timeout that is set; "" where nothing is."""
    seconds = timeout.number
    if timeout.value is None or seconds in (0, -1):
        return f"{timeout.key} is turned off"
    if seconds is None or seconds < _LONG:
        return ""
    tries = one.number("attempts") or (one.number("retries") or 0) + 1
    return f"{timeout.key} is {span(seconds)}: with {tries:g} attempts it may be {span(seconds * tries)}"


def _endless(one: Effective) -> bool:
    api = by_name(one.call.api)
    if api is None or api.loops or one.deadline.number is not None or one.call.deadline is not None:
        return False
    if api.name == "pydantic-ai.model" and _has_own_client(one):
        return False
    timeout = one.timeout
    if not timeout.known:
        return False
    if timeout.given:
        return timeout.value is None and not timeout.others
    return timeout.number is None or timeout.number >= _LONG


_OTHER_NAMES = {"mistralai.": "timeout_ms=60_000", "boto3.": "", "langchain_aws.": ""}
"""Clients that take no `timeout`, and what they take; "" where it is within an object of its own."""


def _has_own_client(one: Effective) -> bool:
    """Is a model given a client, or a provider that may hold one, whose timeout is set elsewhere?"""
    given = one.call.client.arguments if one.call.client is not None else {}
    provider = given.get("provider")
    return any(name.endswith("client") for name in given) or (
        provider is not None
        and provider.known is not Known.LITERAL
        and ("client" in provider.text or "(" not in provider.text)
    )


def _fix(project: Project, where: Place, one: Effective) -> Fix | None:
    if one.call.api in ("gemini", "gemini.old", "bedrock") or one.timeout.given:
        return None
    made = one.call.client.made if one.call.client is not None else one.call.callee
    word = next((word for start, word in _OTHER_NAMES.items() if made.startswith(start)), "timeout=60")
    return adding(project, where, word, "give it a deadline of 60 s") if word else None
