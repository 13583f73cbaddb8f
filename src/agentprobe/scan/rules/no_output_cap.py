"""A loop asks a model again and again, and nothing limits what each answer may cost."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.scan.call_tokens import models_of
from agentprobe.scan.declared import declared
from agentprobe.scan.document import Document
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.effective.worst import money, priced
from agentprobe.scan.finding import Finding, Fix
from agentprobe.scan.mending.cap import capping
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.effective import script_calls
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.trace.facts.limits import facts_of

_CAPPED = ("openai.chat", "openai.responses", "litellm", "litellm.router", "langchain.model", "gemini",
           "gemini.old", "ollama", "bedrock", "cohere")  # fmt: skip


class NoOutputCap(Rule):
    """A call of a model in a loop sets no cap on its answer.

    Finds: a call within a loop for which neither the call, its client nor the library sets a cap.

    Breaks: one answer that does not end (a repeated line, a table that goes on) writes up to the limit of the
    model, in each round. A loop makes many of it.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def label(texts):
            for text in texts:
                messages = [{"role": "user", "content": text}]
                yield client.chat.completions.create(model="gpt-4o", messages=messages)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def label(texts):
            for text in texts:
                messages = [{"role": "user", "content": text}]
                yield client.chat.completions.create(
                    model="gpt-4o", max_completion_tokens=200, messages=messages
                )

    False alarms: chats in which a person gives each round, and models whose own limit is small enough.
    """

    code = "TOK001"
    severity = Severity.INFO
    mode = Mode.TOKEN_LIMIT
    item = Item.SESSION_BUDGET
    fixes = "unsafe"

    def in_project(self, project: Project) -> Iterable[Finding]:
        yield from self._scripts(project)
        for one in effective_calls(project):
            call = one.call
            if not call.loops or one.made_only or call.api not in _CAPPED or is_test(one.facts.path):
                continue
            if one.cap.unset and one.cap.value is None and not _is_led(one):
                yield self._found(one, capping(project, one))

    def _scripts(self, project: Project) -> Iterable[Finding]:
        for told, one in script_calls(project):
            if one.call.loops and not told.loops and one.cap.unset and not is_test(one.facts.path):
                yield self._found(one, None)

    def in_document(self, document: Document) -> Iterable[Finding]:
        for one in declared(document):
            known = facts_of(one.model)
            loops = one.get("tools") or one.get("steps")
            if (
                one.whole
                and loops
                and known is not None
                and not one.get("cap")
                and not is_test(document.path)
            ):
                yield self.found(
                    one.place,
                    f"no cap on the answers of {one.model}, which is asked round after round",
                    tier=Tier.INFERRED,
                    subject=one.settings["model"].path,
                    consequence="an answer that does not end writes up to the model's limit, in every round",
                    advice="set a cap that the longest sound answer fits in",
                )

    def _found(self, one: Effective, fix: Fix | None) -> Finding:
        return self.found(
            one.call.place,
            "no cap on the answer of a model that is asked in a loop",
            tier=Tier.PROVED if one.call.sure and one.cap.tier is Tier.PROVED else Tier.INFERRED,
            subject=one.call.function,
            consequence=_consequence(one),
            advice="set a cap that the longest sound answer fits in",
            origins=(one.cap.origin("cap", "none"),),
            related=one.call.loops[:1],
            fix=fix,
        )


def _is_led(one: Effective) -> bool:
    """Does a person give each round?"""
    function, facts = one.call.function, one.facts
    return function in facts.outside or "input" in facts.callers.get(function, ())


def _consequence(one: Effective) -> str:
    known = models_of(one)
    if not known or not known[0][1].writes:
        return "an answer that does not end writes up to the model's limit, in every round"
    name, facts = known[0]
    most = facts.writes or 0
    model = priced(name).model
    rates = model.rates_at(None) if model is not None else None
    price = f" ({money(most * rates.output[0][1] / 1_000_000)})" if rates and rates.output else ""
    return f"an answer that does not end writes up to {most:,} tokens{price}, in every round"
