"""An answer is allowed fewer tokens than what it is asked for takes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from agentprobe.domain.sign import Sign
from agentprobe.scan.call_tokens import models_of, texts_of
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.trace.facts.tables import tokenizer_for

_THINKING = 1_000
"""Tokens below which a model that thinks hardly comes to speak."""
_LENGTH = re.compile(
    r"(?P<before>[^.\n]{0,40}?)(?P<least>\d[\d,]{1,6})\s*(?:(?:-|–|to)\s*\d[\d,]{1,6}\s*)?[- ]?words?\b",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"\b(?:under|at most|no more than|max(?:imum)?|less than|fewer than|within|up to|limit(?:ed)?|below|"
    r"exceed|last|first|every|each|per|than|chunks?)\b",
    re.IGNORECASE,
)
_TOKENS_A_WORD = 1.2
_PROPERTY = 4
"""Tokens around the name of a property and the shortest value."""
_DEEPEST = 6
_LONGEST = 20_000


class CapTooSmall(Rule):
    """The cap of an answer is smaller than what the answer has to hold.

    Finds: a cap below the length that the prompt asks for; below what the required fields of the schema take;
    a small cap on a model that thinks on the same account; a budget for thinking that is not below the cap.

    Breaks: the answer ends in the middle: half a report, JSON that does not parse, or from a model that
    thinks nothing at all, with a status of success each time.

    Example:

        from openai import OpenAI

        def report(facts):
            prompt = "Write a report of at least 800 words on the facts below."
            messages = [{"role": "system", "content": prompt}, {"role": "user", "content": facts}]
            return OpenAI().chat.completions.create(model="gpt-4o", max_tokens=500, messages=messages)

    Instead:

        from openai import OpenAI

        def report(facts):
            prompt = "Write a report of at least 800 words on the facts below."
            messages = [{"role": "system", "content": prompt}, {"role": "user", "content": facts}]
            return OpenAI().chat.completions.create(model="gpt-4o", max_tokens=2000, messages=messages)

    False alarms: a cap of one token to read a label off a model that does not think; lengths that are
    upper bounds ("at most 200 words").
    """

    code = "TOK004"
    severity = Severity.MEDIUM
    mode = Mode.TOKEN_LIMIT
    probe = Probe(
        faults=("small_max_tokens", "cut_answer"),
        expects="takes half an answer for a whole one",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        for one in effective_calls(project):
            cap = one.cap.number
            if cap is None or not one.cap.given or len(one.cap.every) > 1 or is_test(one.facts.path):
                continue
            told = _thought(one, cap) or _budget(one, cap) or _schema(one, cap) or _length(project, one, cap)
            if told:
                yield self._found(one, int(cap), told)

    def _found(self, one: Effective, cap: int, told: str) -> Finding:
        sure = one.cap.tier is Tier.PROVED and one.model.tier is Tier.PROVED and one.call.sure
        return self.found(
            one.cap.place or one.call.place,
            f"a cap of {cap:,} tokens is too small: {told}",
            tier=Tier.PROVED if sure and "asks for" not in told else Tier.INFERRED,
            subject=f"{one.call.function}:cap",
            consequence="answers end in the middle, or are empty, and the call counts as a success",
            advice="raise the cap, and look at why an answer ended",
            origins=(one.cap.origin("cap", f"{cap:,}"),),
            related=(one.call.place,) if one.cap.place not in (None, one.call.place) else (),
        )


def _thought(one: Effective, cap: float) -> str:
    known = models_of(one)
    client = one.call.client
    given = [*one.call.arguments, *(client.arguments if client is not None else ()), *one.call.spread]
    quiet = any("thinking" in name or "reasoning" in name or name.endswith("**") for name in given)
    if not known or quiet or cap >= _THINKING or not all(facts.thinks for _, facts in known):
        return ""
    return f"{known[0][0]} thinks before it answers, and its thoughts count too"


def _budget(one: Effective, cap: float) -> str:
    value = one.call.arguments.get("thinking.budget_tokens")
    if value is None or not isinstance(value.value, int | float) or value.value < cap:
        return ""
    return f"{value.value:,.0f} tokens of thinking are allowed within it"


def _schema(one: Effective, cap: float) -> str:
    for name in ("response_format", "config.response_schema", "text_format", "text", "format"):
        value = one.call.arguments.get(name)
        if value is None or not isinstance(value.value, dict):
            continue
        least = _least(value.value, 0)
        if least > cap:
            return f"the required fields of its schema take {least:,} at least"
    return ""


def _least(schema: Any, depth: int) -> int:
    """The tokens of the shortest answer that a schema takes."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return 0
    inner = schema.get("json_schema") or schema.get("schema")
    if isinstance(inner, dict):
        return _least(inner, depth + 1)
    properties, required = schema.get("properties"), schema.get("required")
    if isinstance(properties, dict) and isinstance(required, list):
        count = tokenizer_for("gpt-4o").count
        needed = [name for name in required if isinstance(name, str)]
        return sum(count(name) + _PROPERTY + _least(properties.get(name), depth + 1) for name in needed)
    least = schema.get("minItems")
    if isinstance(least, int) and isinstance(schema.get("items"), dict):
        return min(least, 10_000) * (1 + _least(schema["items"], depth + 1))
    return 0


def _length(project: Project, one: Effective, cap: float) -> str:
    told = any("word" in str(value.value) for value in one.call.arguments.values())
    if not told and not any("word" in prompt.text for prompt in one.facts.prompts):
        return ""
    for text in texts_of(project, one):
        for match in _LENGTH.finditer(text[:_LONGEST]):
            words = int(match["least"].replace(",", ""))
            if (
                _AT_MOST.search(match["before"])
                or words < 50
                or match["before"].rstrip().endswith(("<", "≤", "~<"))
            ):
                continue
            if words * _TOKENS_A_WORD > cap:
                return f"the prompt asks for {words:,} words"
    return ""
