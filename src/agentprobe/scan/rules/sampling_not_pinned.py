"""A model samples at whatever temperature its provider or library likes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from agentprobe.domain.sign import Sign
from agentprobe.scan.apis import by_name
from agentprobe.scan.declared import Declared, declared
from agentprobe.scan.document import Document
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.effective.sampling import Sampling, names_a_reason, sampling_of, samplings, thinks
from agentprobe.scan.facts import Known, ModelCall
from agentprobe.scan.finding import Finding, Fix, Met, Place, Probe
from agentprobe.scan.mending.nested import HOLDERS, within
from agentprobe.scan.nodes import adding, call_at, conditions, short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_shown, is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.effective import script_calls
from agentprobe.scan.severity import Item, Mode, Severity, Tier

_LOW = 0.2
_QUIET = ("top_k", "top_p", "do_sample")


class SamplingNotPinned(Rule):
    """A model is called without a temperature, so that each run may answer otherwise.

    Finds: a call of a model that takes a temperature, or the making of a chat model, where neither the call,
    its client, its wrapper nor a settings file sets one.

    Breaks: the provider's default (mostly 1.0) holds. What passed in development is one draw of many; in
    production the same prompt picks other tools and other words, and no failure can be played again.

    Example:

        from openai import OpenAI

        client = OpenAI(timeout=30)

        def ask(messages):
            return client.chat.completions.create(model="gpt-4.1", messages=messages)

    Instead:

        from openai import OpenAI

        client = OpenAI(timeout=30)

        def ask(messages):
            return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)

    False alarms: models that refuse a temperature (o-series, gpt-5) or think are not asked for one; a
    temperature that a wrapper or a `**params` dictionary sets is followed, and what cannot be followed is
    not reported.
    """

    code = "TMP001"
    severity = Severity.MEDIUM
    mode = Mode.TEMPERATURE_DRIFT
    item = Item.PINNED_SAMPLING
    fixes = "unsafe"
    probe = Probe(
        faults=("prod_temperature",),
        expects="another answer at the temperature of production",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        yield from self._scripts(project)
        seen: set[Place] = set()
        for one in effective_calls(project):
            where = place_of(one)
            api = by_name(one.call.api)
            if api is not None and api.elsewhere and _is_set_by_agents(project):
                continue
            if where in seen or is_test(where.path) or not _unpinned(one) or _has_a_reason(project, where):
                continue
            seen.add(where)
            model = one.model.value if isinstance(one.model.value, str) else ""
            name = short(one.call.client.made if _made(one) and one.call.client else one.call.callee)
            takes = one.call.sure and Sampling.TAKES in samplings(one.model)
            yield self.found(
                where,
                f"{name}() sets no temperature{f' for {model}' if model else ''}: {_default(one)} holds",
                tier=Tier.PROVED if takes and one.temperature.tier is Tier.PROVED else Tier.INFERRED,
                subject=one.call.function or name,
                consequence="the same prompt may pick another tool or another answer on each run",
                advice="set temperature=0 here, or the one that you have tested",
                origins=(one.temperature.origin("temperature", _default(one)),),
                fix=_cooled(project, where, one),
            )

    def _scripts(self, project: Project) -> Iterable[Finding]:
        seen: set[Place] = set()
        for told, one in script_calls(project):
            api = told.call.api
            on_maker = api == "langchain.chat" and told.maker is not None
            where = told.maker if on_maker and told.maker is not None else one.call.place
            takes = samplings(one.model) == {Sampling.TAKES}
            if (
                not told.tools
                or told.loops
                or told.thinks
                or not takes
                or where in seen
                or is_test(where.path)
                or is_shown(where.path)
            ):
                continue
            if not one.temperature.unset or one.temperature.number is not None:
                continue
            seen.add(where)
            name = one.call.callee.rpartition(".")[2].rpartition(":")[2]
            yield self.found(
                where,
                f"{name}() with {told.tools} sets no temperature for {one.model.value}: the provider's holds",
                tier=Tier.PROVED if one.call.sure and one.temperature.tier is Tier.PROVED else Tier.INFERRED,
                subject=one.call.function or one.call.callee,
                consequence="the same prompt may pick another tool or another answer on each run",
                advice="set temperature: 0 here, or the one that you have tested",
                origins=(one.temperature.origin("temperature", "the provider's default"),),
            )

    def in_document(self, document: Document) -> Iterable[Finding]:
        every = declared(document) if not is_test(document.path) else ()
        bare = [one for one in every if one.whole and _undeclared(one, document.kind)]
        places = list({(one.get("model") or one.settings["cap"]).place: one for one in bare})
        if places:
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            model = bare[0].model or "the model"
            yield self.found(
                places[0],
                f"no temperature is set for {model}{more}: the provider's default holds",
                tier=Tier.INFERRED,
                subject="temperature",
                consequence="the same prompt may pick another tool or another answer on each run",
                advice="set temperature to 0 beside the model, or to the one that you have tested",
                related=tuple(places[1:9]),
            )

    def met(self, project: Project) -> Iterable[Met]:
        for document in project.documents:
            for said in declared(document):
                heat = said.get("temperature")
                if heat is not None and heat.number is not None and not is_test(document.path):
                    what = f"temperature {heat.number:g}"
                    yield Met(item=Item.PINNED_SAMPLING, place=heat.place, what=what)
        for one in effective_calls(project):
            if (
                one.temperature.given
                and one.temperature.number is not None
                and not is_test(one.call.place.path)
            ):
                value = f"temperature {one.temperature.number:g}"
                yield Met(
                    item=Item.PINNED_SAMPLING, place=one.temperature.place or one.call.place, what=value
                )


def _cooled(project: Project, where: Place, one: Effective) -> Fix | None:
    """The temperature where the API takes it."""
    if one.call.api not in HOLDERS:
        return adding(project, where, "temperature=0", "set temperature=0")
    found = call_at(project, where)
    edit = within(*found, one.call.api, name="temperature", value="0") if found is not None else None
    return Fix(what="set temperature=0", edits=(edit,)) if edit is not None else None


def _undeclared(one: Declared, kind: str) -> bool:
    """Does a settings file name a model that takes a temperature, and set none?"""
    if any(one.get(name) is not None for name in ("temperature", "top_p", "thinking")):
        return False
    if kind == "prompty" and not one.model:  # the model is a deployment; the front matter has its parameters
        return one.get("cap") is not None
    return bool(one.model) and sampling_of(one.model) is Sampling.TAKES


def _made(one: Effective) -> bool:
    api = by_name(one.call.api)
    return api is not None and api.on_maker and one.call.client is not None


def place_of(one: Effective) -> Place:
    """Where a call's sampling would be set: at the making of its model, or in the call."""
    client = one.call.client
    return client.place if client is not None and _made(one) else one.call.place


def _has_a_reason(project: Project, where: Place) -> bool:
    """Does the call stand in a branch for models that take no temperature?"""
    found = call_at(project, where)
    return found is not None and any(names_a_reason(test) for test in conditions(*found))


def _is_set_by_agents(project: Project) -> bool:
    """Does any agent say how its model samples?"""
    every = project.facts.values()
    calls = (one.arguments for facts in every for one in facts.model_calls)
    makers = (one.arguments for facts in every for one in facts.clients)
    return any(name.startswith("model_settings") for given in chain(calls, makers) for name in given)


def _unpinned(one: Effective) -> bool:
    api = by_name(one.call.api)
    if api is None or api.loops or not one.temperature.unset or thinks(one) or _quiet(one.call):
        return False
    if one.temperature.number is not None and one.temperature.number <= _LOW:
        return False  # the library's own default holds it down
    if one.model.known and all(each.value is None for each in one.model.every):
        return False
    told = samplings(one.model)
    if told & {Sampling.REFUSES, Sampling.NO_TEXT}:
        return False
    return told == {Sampling.TAKES} or (Sampling.UNKNOWN in told and not isinstance(one.model.value, str))


def _quiet(call: ModelCall) -> bool:
    """Is sampling pinned by other means: `top_k=1`, `top_p=0`, `do_sample=False`?"""
    client = call.client.arguments if call.client is not None else {}
    return any(
        name.rpartition(".")[2] in _QUIET and value.known is Known.LITERAL and value.value in (0, 1, False)
        for name, value in (*call.arguments.items(), *client.items())
        if not (name.rpartition(".")[2] == "top_p" and value.value == 1)
    )


def _default(one: Effective) -> str:
    if one.temperature.number is not None:
        return f"{one.temperature.number:g} ({one.temperature.source})"
    return "the provider's default"
