"""What a call always carries leaves too little of the window for what changes."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.scan.call_tokens import at_least, models_of, texts_of
from agentprobe.scan.declared import declared, declared_texts
from agentprobe.scan.document import Document
from agentprobe.scan.effective import Effective, Resolved, effective_calls
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.trace.facts.limits import ModelFacts, facts_of

_SHARE = 0.75
_TOGETHER = ("openai", "anthropic", "groq", "mistral", "deepseek", "text-completion-openai", "xai")
"""Providers whose models have one window for what is read and what is written."""
_APART = 272_000
"""OpenAI's models that read so much have their output beside it."""


class StaticBudgetOver75(Rule):
    """Prompt, tools and cap together fill three quarters of the model's window by themselves.

    Finds: calls whose texts and tool schemas in the source, with the cap of the answer where it comes out of
    the same window, are more than 75 % of it. Texts are counted by our own tables, less their error.

    Breaks: the first long question, tool result or second turn overflows the window. The provider refuses the
    call, or what cuts the history cuts the instructions.

    Example:

        from openai import OpenAI

        def ask(question):
            messages = [{"role": "user", "content": question}]
            return OpenAI().chat.completions.create(model="gpt-4", max_tokens=7000, messages=messages)

    Instead:

        from openai import OpenAI

        def ask(question):
            messages = [{"role": "user", "content": question}]
            return OpenAI().chat.completions.create(model="gpt-4", max_tokens=1000, messages=messages)

    False alarms: tools that are loaded only when they are needed, and providers that count output apart.
    """

    code = "CTX003"
    severity = Severity.HIGH
    mode = Mode.CONTEXT_OVERFLOW
    probe = Probe(faults=("long_prompt", "context_too_long"), expects="fails on the first long question")

    def in_project(self, project: Project) -> Iterable[Finding]:
        for one in effective_calls(project):
            if not is_test(one.facts.path):
                yield from self._judged(project, one)

    def _judged(self, project: Project, one: Effective) -> Iterable[Finding]:
        known = models_of(one)
        for name, facts in known:
            cap = _cap(one.cap, facts)
            window = facts.reads or 0
            if not window or cap + _characters(one) < window * _SHARE:
                continue
            told = at_least(texts_of(project, one), name)
            if cap + told >= window * _SHARE and not (facts.writes and cap > facts.writes):
                yield self._found(one, name, cap=cap, told=told, window=window)
                return

    def in_document(self, document: Document) -> Iterable[Finding]:
        for one in declared(document):
            known = facts_of(one.model)
            if known is None or not known.reads or is_test(document.path):
                continue
            limit, texts = one.number("cap") or 0, declared_texts(one)
            cap = int(limit) if known.provider in _TOGETHER and known.reads != _APART else 0
            if cap + sum(map(len, texts)) < known.reads * _SHARE or cap > (known.writes or cap):
                continue
            told = at_least(texts, one.model)
            if cap + told >= known.reads * _SHARE:
                yield self.found(
                    one.settings["cap" if cap > told else "model"].place,
                    f"{round(100 * (cap + told) / known.reads)} % of the window of {one.model} is taken "
                    "before the first question",
                    tier=Tier.INFERRED if told else Tier.PROVED,
                    subject=one.settings["model"].path,
                    consequence=f"{max(0, known.reads - cap - told):,} of {known.reads:,} tokens are left "
                    "for all that changes",
                    advice="shorten what is always told, load tools when they are needed, lower the cap",
                )

    def _found(self, one: Effective, name: str, *, cap: int, told: int, window: int) -> Finding:
        share = round(100 * (cap + told) / window)
        return self.found(
            one.call.place,
            f"{share} % of the window of {name} is taken before the first question",
            tier=Tier.PROVED if one.model.tier is Tier.PROVED and not told else Tier.INFERRED,
            subject=f"{one.call.function}:{name}",
            consequence=f"{max(0, window - cap - told):,} of {window:,} tokens are left for all that changes",
            advice="shorten what is always told, load tools when they are needed, lower the cap",
            origins=(
                one.cap.origin("cap", f"{cap:,}"),
                Resolved(source="texts and tools in the source").origin("told", f"{told:,} tokens"),
                one.model.origin("model", name),
            ),
        )


def _characters(one: Effective) -> int:
    """The characters of all that the call may be given; there are never more tokens."""
    given = sum(len(str(value.value)) for value in one.call.arguments.values() if value.value is not None)
    return given + sum(len(prompt.text) for prompt in one.facts.prompts)


def _cap(cap: Resolved, facts: ModelFacts) -> int:
    """What of the window is kept for the answer; 0 where the answer has room of its own."""
    if facts.provider not in _TOGETHER or facts.reads == _APART or not cap.given or cap.number is None:
        return 0
    return int(cap.number)
