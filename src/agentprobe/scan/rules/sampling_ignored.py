"""A temperature is set that the model does not take."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.scan.declared import declared
from agentprobe.scan.document import Document
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.effective.sampling import Sampling, sampling_of, samplings, thinks
from agentprobe.scan.finding import Finding, Place, Probe
from agentprobe.scan.nodes import removing, short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier


class SamplingIgnored(Rule):
    """A temperature is given to a model that refuses it or leaves it aside.

    Finds: a temperature other than 1 for OpenAI's o-series and gpt-5, for deepseek-reasoner, or together with
    extended thinking, at the call or at the making of the model.

    Breaks: the provider answers with status 400, or drops the value without a word. In the second case the
    team believes its agent to be pinned, and it is not.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def ask(messages):
            return client.chat.completions.create(model="o3", messages=messages, temperature=0)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def ask(messages):
            return client.chat.completions.create(model="o3", messages=messages)

    False alarms: a model that is chosen at run time is only judged where all its values are of this kind.
    """

    code = "TMP005"
    severity = Severity.LOW
    mode = Mode.TEMPERATURE_DRIFT
    fixes = "safe"
    probe = Probe(faults=("parameter_rejected",), expects="an error, or an answer at another temperature")

    def in_project(self, project: Project) -> Iterable[Finding]:
        seen: set[Place] = set()
        for one in effective_calls(project):
            number = one.temperature.number
            why = _why(one)
            if number is None or number == 1 or not one.temperature.given or not why:
                continue
            where = one.temperature.place or one.call.place
            if where in seen or is_test(where.path):
                continue
            seen.add(where)
            client = one.call.client
            holder = (
                client.place if client is not None and "temperature" in client.arguments else one.call.place
            )
            yield self.found(
                where,
                f"temperature {number:g} is set for {why}",
                tier=max((one.temperature.tier, one.model.tier), key=list(Tier).index),
                subject=one.call.function or short(one.call.callee),
                consequence="status 400, or a value that is dropped: the answers are not pinned by it",
                advice="leave it out, and test what the model does without it",
                origins=(
                    one.temperature.origin("temperature", f"{number:g}"),
                    one.model.origin("model", str(one.model.value)),
                ),
                fix=removing(project, holder, ("temperature",), "leave the temperature out", safe=True),
            )

    def in_document(self, document: Document) -> Iterable[Finding]:
        for one in declared(document):
            heat, refuses = one.get("temperature"), sampling_of(one.model) is Sampling.REFUSES
            if heat is not None and refuses and heat.number not in (None, 1):
                yield self.found(
                    heat.place,
                    f"temperature {heat.number:g} is set for {one.model}, which does not take one",
                    tier=Tier.PROVED,
                    subject=heat.path,
                    consequence="status 400, or a value that is dropped: the answers are not pinned by it",
                    advice="leave it out, and test what the model does without it",
                    related=(one.settings["model"].place,),
                )


def _why(one: Effective) -> str:
    if samplings(one.model) == {Sampling.REFUSES}:
        return f"{one.model.value}, which does not take one"
    model = one.model.value if isinstance(one.model.value, str) else ""
    return f"{model}, which is told to think" if "claude" in model and thinks(one) else ""
