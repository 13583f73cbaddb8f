"""A model is asked for by a name that its provider moves on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import NamedModel
from agentprobe.scan.finding import Edit, Finding, Fix, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_shown, is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.rules.model_retired import named_in
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.trace.facts.limits import ModelFacts, facts_of, shipped_limits

_MAKERS = ("openai", "anthropic", "gemini", "mistral", "xai", "groq", "google-gla", "google", "models")


class FloatingModelAlias(Rule):
    """The name of the model has no version, so that what answers changes without a change of the code.

    Finds: names that end in `latest`, and names without a date where the table of models knows dated versions
    of the same model. Of several places in one file that name the same model, the first.

    Breaks: the provider points the name at another model one day. Prompts that were tuned and tested on one
    model then run on another; answers shift, and nothing in version control says why.

    Example:

        from mistralai import Mistral

        def ask(messages):
            return Mistral().chat.complete(model="mistral-large-latest", messages=messages)

    Instead:

        from mistralai import Mistral

        def ask(messages):
            return Mistral().chat.complete(model="mistral-large-2411", messages=messages)

    False alarms: names of a gateway's own, models that have only one version, and lists to choose from.
    """

    code = "TMP006"
    severity = Severity.MEDIUM
    mode = Mode.TEMPERATURE_DRIFT
    probe = Probe(
        faults=("other_model",),
        expects="another answer by the next model",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )
    item = Item.PINNED_SAMPLING
    fixes = "unsafe"

    def in_project(self, project: Project) -> Iterable[Finding]:
        today = project.clock.date().date()
        files = [(one.path, one.named_models) for one in project.facts.values()]
        files += [(one.path, one.named_models) for one in project.scripts.values()]
        for path, models in files:
            if is_test(path):
                continue
            by_name: dict[str, list[NamedModel]] = {}
            for one in models:
                by_name.setdefault(one.name, []).append(one)
            for name, named in by_name.items():
                yield from self._judged(name, named, today)

        for document in project.documents:
            by_name = {}
            for one in named_in(document) if not is_test(document.path) else ():
                by_name.setdefault(one.name, []).append(one)
            for name, named in by_name.items():
                yield from self._judged(name, named, today)

    def _judged(self, name: str, named: list[NamedModel], today: date) -> Iterable[Finding]:
        known = facts_of(name)
        if not _is_direct(name) or (known is not None and known.has_ended(today)):
            return
        latest = name.lower().endswith("latest") and not name.lower().endswith(":latest")
        pinned = _newest(known, today)
        if not latest and not pinned:
            return
        if not latest and is_shown(named[0].place.path):
            return
        first = next((one for one in named if one.sure), named[0])
        yield self.found(
            first.place,
            f"{name} names no version of the model",
            tier=Tier.PROVED if first.sure else Tier.INFERRED,
            severity=None if latest else Severity.LOW,
            subject=name,
            consequence="the provider may put another model behind it, and the answers shift unannounced",
            advice=f"name a version, such as {pinned}" if pinned else "name a version",
            related=tuple(one.place for one in named if one is not first)[:8],
            fix=_fix(name, named, known, pinned),
        )


def _is_direct(name: str) -> bool:
    """Is it asked of its maker, and not of a gateway with names of its own?"""
    before, slash, _ = name.partition("/")
    return not slash or before.lower() in _MAKERS


def _newest(known: ModelFacts | None, today: date) -> str:
    """The newest dated version of a model that has a future; "" where there is none."""
    if known is None:
        return ""
    table = shipped_limits()
    every = [table.by_id[one] for one in table.snapshots(known.id)]
    alive = [one.id for one in every if not one.ends_soon(today)]
    return max(alive, default="", key=lambda one: one[len(known.id) :])


def _fix(name: str, named: list[NamedModel], known: ModelFacts | None, pinned: str) -> Fix | None:
    if not pinned or known is None or not name.lower().endswith(known.id):
        return None
    text = name[: len(name) - len(known.id)] + pinned
    edits = tuple(
        Edit(path=one.place.path, start=one.start, end=one.end, text=text) for one in named if one.end
    )
    return Fix(what=f"name {text}", edits=edits) if edits else None
