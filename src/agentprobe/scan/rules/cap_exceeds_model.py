"""An answer is allowed more tokens than the model can write."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from agentprobe.domain.sign import Sign
from agentprobe.scan.call_tokens import models_of
from agentprobe.scan.declared import Setting, declared
from agentprobe.scan.document import Document
from agentprobe.scan.effective import Effective, Resolved, effective_calls
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.mending.setting import setting
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.written import number_edit
from agentprobe.trace.facts.limits import ModelFacts, facts_of, shipped_limits

_WIDER = ("betas", "extra_headers", "extra_body", "default_headers", "base_url", "api_base", "azure_endpoint")
"""Arguments by which a model may write more, or another model may stand behind the name."""


class CapExceedsModel(Rule):
    """The cap of an answer is above what the model can write.

    Finds: a cap, followed through wrappers, settings and defaults, that is greater than the model's own
    output limit in the table of models.

    Breaks: most providers refuse such a call at once, for every user; others clamp it silently, and answers
    end in the middle where the code counts on a longer one.

    Example:

        from openai import OpenAI

        def ask(messages):
            return OpenAI().chat.completions.create(model="gpt-4o", max_tokens=64000, messages=messages)

    Instead:

        from openai import OpenAI

        def ask(messages):
            return OpenAI().chat.completions.create(model="gpt-4o", max_tokens=16384, messages=messages)

    False alarms: models with a header that widens their output, and models of a server of one's own behind a
    known name.
    """

    code = "TOK002"
    severity = Severity.HIGH
    mode = Mode.TOKEN_LIMIT
    fixes = "safe"
    probe = Probe(
        faults=("parameter_rejected",),
        expects="goes on as if the model had answered",
        shows=(Sign.LIED, Sign.STRAYED),
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        for one in effective_calls(project):
            if not is_test(one.facts.path) and not _is_widened(one):
                yield from self._judged(project, one)

    def in_document(self, document: Document) -> Iterable[Finding]:
        for one in declared(document):
            cap, known = one.get("cap"), facts_of(one.model)
            if cap is None or cap.number is None or known is None or not known.writes:
                continue
            if cap.number > known.writes and not is_test(document.path):
                yield self.found(
                    cap.place,
                    f"{cap.number:,.0f} tokens are allowed, {one.model} writes {known.writes:,} at most",
                    tier=Tier.PROVED,
                    subject=cap.path,
                    consequence="the provider refuses the call, or cuts the answer where more is expected",
                    advice=f"allow {known.writes:,} at most, and look at why an answer ended",
                    related=(one.settings["model"].place,),
                    fix=_lowered(document, cap, known.writes),
                )

    def _judged(self, project: Project, one: Effective) -> Iterable[Finding]:
        for cap in one.cap.every:
            over = [
                (name, facts)
                for name, facts in models_of(one)
                if cap.given and cap.number is not None and facts.writes and cap.number > facts.writes
            ]
            if over and cap.number is not None:
                yield self._found(project, one, cap, int(cap.number), *over[0])

    def _found(
        self, project: Project, one: Effective, cap: Resolved, number: int, name: str, facts: ModelFacts
    ) -> Finding:
        assert facts.writes is not None
        several = len(one.model.every) > 1 or len(one.cap.every) > 1
        proved = not several and cap.tier is Tier.PROVED and one.model.tier is Tier.PROVED
        edit = number_edit(project, cap.place, facts.writes) if not several else None
        return self.found(
            cap.place or one.call.place,
            f"{number:,} tokens are allowed, {name} writes {facts.writes:,} at most",
            tier=Tier.PROVED if proved else Tier.INFERRED,
            subject=f"{one.call.function}:{name}",
            consequence="the provider refuses the call, or cuts the answer where the code expects more",
            advice=f"allow {facts.writes:,} at most, and look at why an answer ended",
            origins=(
                cap.origin("cap", f"{number:,}"),
                one.model.origin("model", name),
                Resolved(source=f"table of {shipped_limits().date}").origin("limit", f"{facts.writes:,}"),
            ),
            related=(one.call.place,) if cap.place not in (None, one.call.place) else (),
            fix=Fix(what=f"allow {facts.writes:,}", edits=(edit,), safe=True) if edit is not None else None,
        )


def _lowered(document: Document, cap: Setting, most: int) -> Fix | None:
    what = f"allow {most:,}"
    fix = setting(document, cap.place, cap.key, cap.value, new=str(most), what=what)
    return replace(fix, safe=True) if fix is not None else None


def _is_widened(one: Effective) -> bool:
    client = one.call.client
    given = [*one.call.arguments, *(client.arguments if client is not None else ())]
    return any(name.rpartition(".")[2] in _WIDER for name in given)
