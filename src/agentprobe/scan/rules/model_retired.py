"""A model that no longer answers, or soon will not, is still the one that is asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from agentprobe.domain.sign import Sign
from agentprobe.scan.document import Document
from agentprobe.scan.facts import NamedModel
from agentprobe.scan.finding import Edit, Finding, Fix, Origin, Probe
from agentprobe.scan.mending.setting import value_span
from agentprobe.scan.model_names import looks_like_one, names_a_model
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.records import is_record
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.trace.facts.limits import ModelFacts, facts_of, shipped_limits


class ModelRetired(Rule):
    """The model that is asked for has been switched off, or is within 60 days.

    Finds: the name of a model, as an argument, a default, a constant or a setting, whose day of retirement in
    the table of models is past or near. The table has a date; `agentprobe models refresh` brings a new one.

    Breaks: from that day on every call fails with "model not found". No test on the developer's machine sees
    it coming, and a broad `except` around the call turns it into empty answers.

    Example:

        from openai import OpenAI

        def ask(messages):
            return OpenAI().chat.completions.create(model="gpt-4-turbo", messages=messages)

    Instead:

        from openai import OpenAI

        def ask(messages, model):
            return OpenAI().chat.completions.create(model=model, messages=messages)

    False alarms: tables that list models with their prices or windows, constants that only give each model a
    name, tokenizers, comparisons with a name, results of runs, tests, and names of deployments on Azure, that
    have days of their own.
    """

    code = "TMP007"
    severity = Severity.HIGH
    mode = Mode.TEMPERATURE_DRIFT
    item = Item.PINNED_SAMPLING
    fixes = "unsafe"
    probe = Probe(
        faults=("model_removed",),
        expects="goes on as if the model had answered",
        shows=(Sign.LIED, Sign.STRAYED),
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        today = project.clock.date().date()
        for facts in project.facts.values():
            if is_test(facts.path):
                continue
            for one in facts.named_models:
                yield from self._judged(one, today)
        for script in project.scripts.values():
            for one in script.named_models if not is_test(script.path) else ():
                yield from self._judged(one, today)
        for document in project.documents:
            for one in named_in(document):
                yield from self._judged(one, today)

    def _judged(self, one: NamedModel, today: date) -> Iterable[Finding]:
        known = facts_of(one.name)
        if known is None or not known.ends_soon(today) or one.name.lower().startswith("azure"):
            return
        ended, left = known.has_ended(today), (known.end - today).days if known.end is not None else 0
        when = f"has ended on {known.retires}" if ended else f"ends on {known.retires}, in {left} days"
        follows = _successor(one.name, known)
        yield self.found(
            one.place,
            f"the model {one.name} {when}",
            tier=Tier.PROVED if one.sure else Tier.INFERRED,
            severity=None if ended else Severity.MEDIUM,
            subject=f"{one.function}:{one.said}",
            consequence="every call fails" if ended else "from that day on every call fails",
            advice=f"move to {follows}, and compare its answers with the old ones" if follows else
            "choose a model that stays, and compare its answers with the old ones",
            origins=(Origin(name="end of the model", value=known.retires, source=_source()),),
            fix=_fix(one, follows),
        )  # fmt: skip


def named_in(document: Document) -> list[NamedModel]:
    """The models that a settings file names; of lists of models and of what a run has written none."""
    if document.kind in ("package", "pyproject", "workflow", "compose") or is_record(document):
        return []
    found = []
    for keys, told in document.walk():
        last = keys[-2] if _is_one_of_few(document, keys) else keys[-1]
        if not (isinstance(last, str) and isinstance(told, str) and names_a_model(last)):
            continue
        if looks_like_one(told) and not _listed(document, keys):
            place = document.place(*keys)
            start, end = value_span(document, place, last, told) or (0, 0)
            said = ".".join(map(str, keys))
            found.append(NamedModel(name=told, place=place, said=said, start=start, end=end))
    return found


def _is_one_of_few(document: Document, keys: tuple[str | int, ...]) -> bool:
    """Does it stand in a short list to be tried in turn: `fallback_models = ["o4-mini"]`?"""
    around = document.get(*keys[:-1]) if isinstance(keys[-1], int) and len(keys) > 1 else None
    return isinstance(around, list) and len(around) <= 3 and "fallback" in str(keys[-2]).lower()


def _listed(document: Document, keys: tuple[str | int, ...]) -> bool:
    """Does it stand in one of many entries of a list or table of models?"""
    around = document.get(*keys[:-2]) if len(keys) > 1 else None
    return isinstance(around, list | dict) and len(around) > 6 and isinstance(document.get(*keys[:-1]), dict)


def _successor(name: str, known: ModelFacts) -> str:
    """What follows a model, spelled with the provider before it as the old one was."""
    follows = known.successor.rpartition("/")[2]
    before = name[: len(name) - len(known.id)] if name.lower().endswith(known.id) else ""
    return f"{before}{follows}" if follows else ""


def _fix(one: NamedModel, follows: str) -> Fix | None:
    if not follows or not one.end:
        return None
    edit = Edit(path=one.place.path, start=one.start, end=one.end, text=follows)
    return Fix(what=f"ask {follows}", edits=(edit,))


def _source() -> str:
    table = shipped_limits()
    return f"table of {table.date}, {table.source}"
