"""Values followed through a project: constants and settings of other files, environment, callers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from agentprobe.scan.document import Document
from agentprobe.scan.effective.resolved import UNKNOWN, Resolved
from agentprobe.scan.facts import Facts, Handed, Known, Value
from agentprobe.scan.finding import Place
from agentprobe.scan.project import Project
from agentprobe.scan.reaching import Spot, reaching
from agentprobe.scan.severity import Tier

_DEEPEST = 6
_MOST = 12
UNSET = ("NOT_GIVEN", "NotGiven", "omit", "Omit", "UNSET", "NOTSET")
_EXAMPLES = ("example", "sample", "template", "dist")
_SETTINGS = ("BaseSettings",)


class Layers:
    """Follows values through one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.reach = reaching(project)
        self.variables = _variables(project.documents)
        self.handed: dict[Spot, list[tuple[Facts, Handed]]] = {}
        self.made: dict[Spot, list[tuple[Facts, Handed]]] = {}
        for facts in project.facts.values():
            for one in facts.handed:
                for spot in self.reach.targets(facts, one.function, one.target):
                    self.handed.setdefault(spot, []).append((facts, one))
                meant = project.meant(one.target) if "." in one.target else (facts, one.target)
                if meant is not None and meant[1] in meant[0].bases:
                    self.made.setdefault((meant[0].path, meant[1]), []).append((facts, one))

    def resolve(self, facts: Facts, function: str, value: Value, depth: int = 0) -> Resolved:
        """What a value comes to, seen from a function of a file, with what else it may be."""
        found = sorted(_distinct(self._all(facts, function, value, depth)), key=lambda one: one.value is None)
        if not found:
            return msgspec.structs.replace(UNKNOWN, source=f"`{value.text}`", place=value.place)
        return msgspec.structs.replace(found[0], others=tuple(found[1:_MOST]))

    def _all(self, facts: Facts, function: str, value: Value, depth: int) -> Iterator[Resolved]:
        if depth > _DEEPEST:
            return
        match value.known:
            case Known.LITERAL:
                yield from self._literal(facts, function, value, depth)
            case Known.ENVIRONMENT:
                yield from self._of_environment(value)
            case Known.SETTING:
                yield from self._of_setting(value)
            case Known.CHOICE:
                for one in value.choices:
                    for found in self._all(facts, function, one, depth + 1):
                        yield msgspec.structs.replace(found, tier=Tier.INFERRED)
            case Known.PARAMETER:
                yield from self._of_parameter(facts, function, value, depth)
            case Known.IMPORTED:
                yield from self._of_name(facts, function, value, depth)
            case _:
                return

    # Where values come from

    def _literal(self, facts: Facts, function: str, value: Value, depth: int) -> Iterator[Resolved]:
        """What stands there; an attribute of a class may be given otherwise where the class is made."""
        tier = Tier.PROVED
        if value.text.startswith("self."):
            tier = Tier.INFERRED
            owner, name = function.partition(".")[0], value.text[5:]
            for caller, one in self.made.get((facts.path, owner), ()):
                if name in one.arguments:
                    yield from self._inferred(caller, one.function, one.arguments[name], depth)
        yield _given(value.value, f"`{value.text}`", value.place, tier)

    def _of_environment(self, value: Value) -> Iterator[Resolved]:
        for path, place, told in self.variables.get(value.name, ()):
            yield _given(told, f"{value.name} in {path}", place, Tier.INFERRED)
        if value.defaulted:
            yield _given(value.value, f"default of {value.name}", value.place, Tier.INFERRED)

    def _of_setting(self, value: Value) -> Iterator[Resolved]:
        file, _, keys = value.name.partition("#")
        path = keys.split(".")
        for document in self.project.documents:
            if not file or document.path.rpartition("/")[2] != file:
                continue
            told = document.get(*path)
            if told is not None:
                yield _given(told, f"{keys} in {document.path}", document.place(*path), Tier.INFERRED)
        if value.defaulted:
            yield _given(value.value, f"default of {keys}", value.place, Tier.INFERRED)

    def _of_parameter(self, facts: Facts, function: str, value: Value, depth: int) -> Iterator[Resolved]:
        spot = self._spot(facts, function, value.name)
        for caller, one in self.handed.get(spot, ()):
            told = self.handed_for(facts, spot[1], one, value.name)
            if told is not None:
                for found in self._all(caller, one.function, told, depth + 1):
                    yield msgspec.structs.replace(found, tier=Tier.INFERRED)
        if value.defaulted:
            source = f"default of {value.name} of {spot[1]}()"
            if value.value is not None:
                yield _given(value.value, source, value.place, Tier.INFERRED)
            else:
                yield Resolved(known=True, source=source, place=value.place)

    def _spot(self, facts: Facts, function: str, name: str) -> Spot:
        """The function that has the parameter: the one around, or that of the class that keeps it."""
        owner = function.rpartition(".")[0]
        for one in (function, f"{owner}.__init__"):
            if name in facts.parameters.get(one, ()):
                return facts.path, one
        return facts.path, function

    @staticmethod
    def handed_for(facts: Facts, function: str, one: Handed, name: str) -> Value | None:
        """What a call gives for a parameter."""
        if name in one.arguments:
            return one.arguments[name]
        names = [each for each in facts.parameters.get(function, ()) if each not in ("self", "cls")]
        return one.arguments.get(f"#{names.index(name)}") if name in names else None

    def _of_name(self, facts: Facts, function: str, value: Value, depth: int) -> Iterator[Resolved]:
        if value.name.rpartition(".")[2] in UNSET:
            yield Resolved(known=True, source=f"`{value.text}`", place=value.place, tier=Tier.PROVED)
            return
        dotted = value.name
        if dotted.startswith("self."):
            yield from self._of_attribute(facts, function, dotted[5:], depth)
            return
        meant = self.project.meant(dotted) or self._own(facts, dotted)
        if meant is None:
            return
        home, rest = meant
        if rest in home.constants:
            yield from self._inferred(home, "", home.constants[rest], depth)
        parts = rest.split(".")
        if len(parts) == 3 and parts[0] in home.bases and parts[1][:1].islower():  # Settings.load().timeout
            yield from self._of_field(home, parts[0], parts[2], depth)
            return
        first, _, attribute = rest.partition(".")
        made = home.instances.get(first, "")
        owner = self.project.meant(made) or self._own(home, made) if attribute and made else None
        if owner is not None:
            yield from self._of_field(*owner, attribute, depth)
        elif attribute and rest not in home.instances:
            yield from self._of_field(home, rest.rpartition(".")[0], rest.rpartition(".")[2], depth)

    @staticmethod
    def _own(facts: Facts, dotted: str) -> tuple[Facts, str] | None:
        """A name of the same file that has no module before it."""
        rest = dotted.removeprefix(f"{facts.dotted}.") if facts.dotted else dotted
        first = rest.partition(".")[0]
        known = first in facts.bases or first in facts.instances or rest in facts.constants
        return (facts, rest) if known else None

    def _of_attribute(self, facts: Facts, function: str, name: str, depth: int) -> Iterator[Resolved]:
        """`self.name` that the class itself does not bind: of its bases, or of what `self.first` is."""
        owner = function.partition(".")[0]
        first, _, rest = name.partition(".")
        made = facts.instances.get(f"{owner}.{first}", "")
        if rest and made:
            home = self.project.meant(made) or self._own(facts, made)
            if home is not None:
                yield from self._of_field(*home, rest, depth)
            return
        for base in facts.bases.get(owner, ()):
            home = self.project.meant(base) or self._own(facts, base)
            if home is not None:
                yield from self._of_field(*home, name, depth)

    def _of_field(self, home: Facts, owner: str, name: str, depth: int) -> Iterator[Resolved]:
        """An attribute of a class of settings: given when it is made, by its environment, or its default."""
        if owner not in home.bases or depth > _DEEPEST:
            return
        for caller, one in self.made.get((home.path, owner), ()):
            if name in one.arguments:
                yield from self._inferred(caller, one.function, one.arguments[name], depth)
        if any(base.rpartition(".")[2] in _SETTINGS for base in home.bases[owner]):
            for variable in (name.upper(), name):
                for path, place, told in self.variables.get(variable, ()):
                    yield _given(told, f"{variable} in {path}", place, Tier.INFERRED)
        field = home.constants.get(f"{owner}.{name}")
        if field is not None:
            yield from self._inferred(home, "", field, depth)

    def _inferred(self, facts: Facts, function: str, value: Value, depth: int) -> Iterator[Resolved]:
        for found in self._all(facts, function, value, depth + 1):
            yield msgspec.structs.replace(found, tier=Tier.INFERRED)


def _given(value: Any, source: str, place: Place | None, tier: Tier) -> Resolved:
    return Resolved(value=value, known=True, given=True, source=source, place=place, tier=tier)


def _distinct(found: Iterable[Resolved]) -> list[Resolved]:
    """Each value once, by the first that says it."""
    kept: list[Resolved] = []
    for one in found:
        if all((one.value, one.given) != (other.value, other.given) for other in kept):
            kept.append(one)
        if len(kept) > _MOST:
            break
    return kept


def _variables(documents: Iterable[Document]) -> dict[str, list[tuple[str, Place, str]]]:
    """Environment variables with the files that set them; examples come last."""
    found: dict[str, list[tuple[str, Place, str]]] = {}
    for document in documents:
        for name, told, place in _told_by(document):
            if told != "":
                found.setdefault(name, []).append((document.path, place, told))
    for told_by in found.values():
        told_by.sort(key=lambda one: any(word in one[0].lower() for word in _EXAMPLES))
    return found


def _told_by(document: Document) -> Iterator[tuple[str, str, Place]]:
    if document.kind == "env" and isinstance(document.data, dict):
        for name, told in document.data.items():
            yield str(name), str(told), document.place(name)
    elif document.kind == "compose":
        services = document.get("services")
        for service in services if isinstance(services, dict) else ():
            yield from _of_service(document, service)


def _of_service(document: Document, service: str) -> Iterator[tuple[str, str, Place]]:
    """The environment of one service of a compose file, as a table or as lines."""
    keys = ("services", service, "environment")
    table = document.get(*keys)
    pairs: list[tuple[str, Any, str | int]] = []
    if isinstance(table, dict):
        pairs = [(str(name), told, name) for name, told in table.items()]
    elif isinstance(table, list):
        pairs = [(*str(line).partition("=")[::2], at) for at, line in enumerate(table)]
    for name, told, key in pairs:
        if isinstance(told, str | int | float) and told != "" and "${" not in str(told):
            yield name, str(told), document.place(*keys, key)
