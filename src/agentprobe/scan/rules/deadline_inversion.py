"""What is inside may take longer than what is around it waits."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from agentprobe.scan.apis import by_name
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.effective.resolved import as_number
from agentprobe.scan.effective.worst import span
from agentprobe.scan.finding import Finding, Origin, Place, Probe
from agentprobe.scan.nodes import short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import literal

_TASKS = ("time_limit", "soft_time_limit")


@dataclass(frozen=True, kw_only=True)
class _Outside:
    """A deadline of what a call runs in."""

    seconds: float
    place: Place
    what: str
    tier: Tier


class DeadlineInversion(Rule):
    """The deadline around a call is shorter than what the call may take with its retries.

    Finds: `asyncio.wait_for` and the like around a call whose own timeout and retries come to more; a Celery
    task with a time limit, and a serverless function with a maximal duration, below what a call of a model in
    it may take.

    Breaks: the outer deadline cuts in the middle of a retry. The retries never help, the work is killed where
    it may have written half of its effects, and the error names the wrong cause.

    Example:

        import asyncio

        from openai import AsyncOpenAI

        client = AsyncOpenAI(timeout=60, max_retries=3)

        async def ask(messages):
            return await asyncio.wait_for(
                client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0), timeout=30
            )

    Instead:

        import asyncio

        from openai import AsyncOpenAI

        client = AsyncOpenAI(timeout=9, max_retries=2)

        async def ask(messages):
            return await asyncio.wait_for(
                client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0), timeout=30
            )

    False alarms: `wait_for` around a client that has only its library's defaults is the deadline that was
    missing, and is not reported.
    """

    code = "LAT006"
    severity = Severity.MEDIUM
    mode = Mode.API_LATENCY
    probe = Probe(faults=("slow_down", "hang"), expects="work that is cut in the middle of a retry")

    def in_project(self, project: Project) -> Iterable[Finding]:
        functions = list(_durations(project))
        seen: set[Place] = set()
        for one in effective_calls(project):
            if one.made_only or is_test(one.call.place.path) or one.call.place in seen:
                continue
            outside = next(
                (each for each in _around(project, one, functions) if _takes(one, each) > each.seconds), None
            )
            if outside is not None:
                seen.add(one.call.place)
                yield self._of(one, outside)

    def _of(self, one: Effective, outside: _Outside) -> Finding:
        takes = _takes(one, outside)
        timeout, tries = one.timeout.number or 0, one.attempts.number or 1
        return self.found(
            one.call.place,
            f"{short(one.call.callee)}() may take {timeout:g} s × {tries:g} attempts = {span(takes)}, "
            f"{outside.what} ends it after {span(outside.seconds)}",
            tier=Tier.PROVED
            if Tier.PROVED is one.timeout.tier is one.attempts.tier is outside.tier
            else Tier.INFERRED,
            subject=one.call.function or short(one.call.callee),
            consequence="it is cut in the middle of a retry: retries cannot help, effects may be half done",
            advice="let timeout × attempts come to less than the deadline around them",
            origins=(
                one.timeout.origin("timeout", f"{timeout:g} s"),
                one.attempts.origin("attempts", f"{tries:g}"),
                Origin(
                    name="deadline", value=f"{outside.seconds:g} s", source=outside.what, place=outside.place
                ),
            ),
            related=(outside.place,),
        )


def _takes(one: Effective, outside: _Outside) -> float:
    """The seconds that a call may take; of `wait_for` only what somebody has set himself counts."""
    api = by_name(one.call.api)
    if one.timeout.number is None or api is None or api.loops:
        return 0
    if outside.what == "the deadline around it" and not one.timeout.given:
        return 0
    return one.timeout.number * (one.attempts.number or 1)


def _around(project: Project, one: Effective, functions: list[_Outside]) -> Iterator[_Outside]:
    deadline = one.deadline
    if deadline.number is not None:
        yield _Outside(
            seconds=deadline.number,
            place=deadline.place or one.call.place,
            what="the deadline around it",
            tier=deadline.tier,
        )  # fmt: skip
    if "celery" in one.facts.roots:
        yield from _task(project, one)
    for each in functions:
        folder = each.place.path.rpartition("/")[0]
        if not folder or one.call.place.path.startswith(f"{folder}/"):
            yield each


def _task(project: Project, one: Effective) -> Iterator[_Outside]:
    """The time limit of the Celery task that a call stands in."""
    module = project.module(one.facts.path)
    function = module.by_qualname.get(one.call.function) if module is not None else None
    for decorator in function.decorator_list if function is not None else ():
        for word in decorator.keywords if isinstance(decorator, ast.Call) else ():
            assert module is not None
            number = as_number(literal(module, word.value)) if word.arg in _TASKS else None
            if number is not None:
                what = f"the task's {word.arg}"
                yield _Outside(
                    seconds=number, place=module.place(decorator), what=what, tier=Tier.PROVED
                )  # fmt: skip


_FILES = re.compile(r"(?:^|/)(?:vercel\.json|serverless\.ya?ml|template\.ya?ml|samconfig\.toml)$")
_DURATIONS = {"maxDuration": "the function's maxDuration", "timeout": "the function's timeout",
              "Timeout": "the function's Timeout"}  # fmt: skip


def _durations(project: Project) -> Iterator[_Outside]:
    """The maximal durations of serverless functions."""
    for document in project.documents:
        if not _FILES.search(document.path):
            continue
        for keys, value in document.walk():
            number = _seconds(value)
            if keys[-1] in _DURATIONS and number is not None and 0 < number <= 900:
                yield _Outside(
                    seconds=number,
                    place=document.place(*keys),
                    what=f"{_DURATIONS[str(keys[-1])]} in {document.path.rpartition('/')[2]}",
                    tier=Tier.INFERRED,
                )


def _seconds(value: Any) -> float | None:
    return as_number(value) if not isinstance(value, str) else None
