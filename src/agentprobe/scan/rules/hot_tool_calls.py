"""A model picks tools or fills a schema at a temperature meant for prose."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.declared import declared
from agentprobe.scan.document import Document
from agentprobe.scan.effective import Effective, Resolved, effective_calls
from agentprobe.scan.effective.sampling import Sampling, sampling_of, samplings, thinks
from agentprobe.scan.effective.settings import tools_of
from agentprobe.scan.finding import Finding, Fix, Place, Probe
from agentprobe.scan.mending.setting import setting
from agentprobe.scan.nodes import call_at, short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.effective import script_calls
from agentprobe.scan.severity import Mode, Severity, Tier

_HOT = 0.3


class HotToolCalls(Rule):
    """A model that calls tools or fills a schema is given a temperature above 0.3.

    Finds: a call or an agent with `tools`, `response_format`, `bind_tools` or `with_structured_output` whose
    effective temperature is above 0.3, also where the temperature stands on the model and the tools on the
    agent.

    Breaks: sampling that makes prose lively makes arguments wrong: other ids, other enum values, broken JSON,
    another tool, in a share of runs that grows with the temperature and that a few tries do not show.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def act(messages, tools):
            return client.chat.completions.create(
                model="gpt-4.1", messages=messages, tools=tools, temperature=0.9
            )

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def act(messages, tools):
            return client.chat.completions.create(
                model="gpt-4.1", messages=messages, tools=tools, temperature=0
            )

    False alarms: tools whose arguments are prose. Models that leave a temperature aside are another rule's.
    """

    code = "TMP004"
    severity = Severity.MEDIUM
    mode = Mode.TEMPERATURE_DRIFT
    fixes = "unsafe"
    probe = Probe(
        faults=("prod_temperature",),
        expects="other tools or arguments for the same task",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED, Sign.DUPLICATED),
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        yield from self._scripts(project)
        every = effective_calls(project)
        models = {one.call.client.place: one for one in every if one.call.client is not None}
        seen: set[Place] = set()
        for one in every:
            hot = _hot(one, models)
            what = next((name for name, _ in tools_of(one.call, one.call.client)), "")
            where = hot.place if hot is not None and hot.place is not None else one.call.place
            if hot is None or not what or where in seen or is_test(where.path):
                continue
            seen.add(where)
            name = short(one.call.callee)
            yield self.found(
                where,
                f"{name}() with {what.rpartition('.')[2]} samples at temperature {hot.number:g}",
                tier=hot.tier if one.call.sure else Tier.INFERRED,
                subject=one.call.function or name,
                consequence="a share of calls picks another tool, or fills in another argument",
                advice="use 0 where tools are called, and a call of its own for prose",
                origins=(hot.origin("temperature", f"{hot.number:g}"),),
                related=(one.call.place,) if where != one.call.place else (),
                fix=_cooled(project, one),
            )

    def _scripts(self, project: Project) -> Iterable[Finding]:
        seen: set[Place] = set()
        for told, one in script_calls(project):
            hot = one.temperature
            where = hot.place or one.call.place
            if (
                not told.tools
                or told.thinks
                or where in seen
                or is_test(where.path)
                or _if_hot(one, hot) is None
            ):
                continue
            seen.add(where)
            yield self.found(
                where,
                f"{one.call.callee.rpartition('.')[2].rpartition(':')[2]}() with {told.tools} samples at "
                f"temperature {hot.number:g}",
                tier=hot.tier if one.call.sure else Tier.INFERRED,
                subject=one.call.function or one.call.callee,
                consequence="a share of calls picks another tool, or fills in another argument",
                advice="use 0 where tools are called, and a call of its own for prose",
                origins=(hot.origin("temperature", f"{hot.number:g}"),),
                related=(one.call.place,) if where != one.call.place else (),
            )

    def in_document(self, document: Document) -> Iterable[Finding]:
        for one in declared(document):
            heat = one.get("temperature")
            what = next((name for name in ("tools", "schema") if (told := one.get(name)) and told.value), "")
            if heat is None or heat.number is None or heat.number <= _HOT or not what:
                continue
            if one.get("thinking") is None and sampling_of(one.model) is not Sampling.REFUSES:
                yield self.found(
                    heat.place,
                    f"{one.label} with {what} samples at temperature {heat.number:g}",
                    tier=Tier.PROVED,
                    subject=heat.path,
                    consequence="a share of calls picks another tool, or fills in another argument",
                    advice="use 0 where tools are called, and a call of its own for prose",
                    fix=setting(document, heat.place, heat.key, heat.value, new="0", what="set it to 0"),
                )


def _hot(one: Effective, models: dict[Place, Effective]) -> Resolved | None:
    """The temperature of a call, or of the model that its agent was given, where it is hot."""
    if one.temperature.given:
        return _if_hot(one, one.temperature)
    client = one.call.client
    for name in ("model", "llm", "#0", "model_client"):
        given = client.arguments.get(name) if client is not None else None
        model = models.get(given.place) if given is not None and given.place is not None else None
        if model is not None and model is not one:
            return _if_hot(model, model.temperature)
    return None


def _if_hot(one: Effective, temperature: Resolved) -> Resolved | None:
    told = samplings(one.model)
    if thinks(one) or Sampling.REFUSES in told or not temperature.given:
        return None
    number = temperature.number
    if number == 1 and Sampling.TAKES not in told:
        return None  # models that always think take no other
    return temperature if number is not None and number > _HOT and temperature.known else None


def _cooled(project: Project, one: Effective) -> Fix | None:
    found = call_at(project, one.call.place)
    if found is None or one.call.place.cell:
        return None
    module, call = found
    word = next((each for each in call.keywords if each.arg == "temperature"), None)
    if word is None:
        return None
    return Fix(what="set temperature=0", edits=(module.replaced(word.value, "0"),))
