"""Development and production sample at different temperatures."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from agentprobe.domain.sign import Sign
from agentprobe.scan.document import Document
from agentprobe.scan.effective import Effective, Resolved, effective_calls
from agentprobe.scan.effective.resolved import as_number
from agentprobe.scan.finding import Finding, Origin, Place, Probe
from agentprobe.scan.module import Module
from agentprobe.scan.nodes import short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.values import NOT_FOUND, literal

_KEY = re.compile(r"(?:^|_)(?:temperature|temp|top_p)$", re.IGNORECASE)
_PROFILE = r"(?:dev|develop|development|local|test|testing|stage|staging|prod|production|live)"
_PROFILES = re.compile(rf"^{_PROFILE}$", re.IGNORECASE)
_BEFORE = re.compile(rf"^({_PROFILE})[_-](.+)$|^(.+)[_-]({_PROFILE})$", re.IGNORECASE)
_IN_FILE = re.compile(rf"(?:^|[._-]){_PROFILE}(?=[._-]|$)", re.IGNORECASE)
_ASKS_PROFILE = re.compile(
    r"\b\w*(?:env|environment|debug|prod|production|develop|dev|stag(?:e|ing))\w*\b", re.IGNORECASE
)


class SamplingDiverges(Rule):
    """One agent is set to different temperatures in development and in production.

    Finds: `dev` and `prod` sections of a settings file, settings files and environment files of several
    profiles, a default in the code beside another value in an environment file, a condition on the
    environment (`0 if DEBUG else 0.7`), and the sync and async way of one function, where they differ.

    Breaks: what was tested is not what runs. At 0 the answer is nearly always the same; at 0.7 it is one of
    many, and the tests say nothing about the others.

    Example:

        import os

        from openai import OpenAI

        client = OpenAI(timeout=30)
        TEMPERATURE = 0.0 if os.getenv("ENV") == "dev" else 0.7

        def ask(messages):
            return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=TEMPERATURE)

    Instead:

        from openai import OpenAI

        client = OpenAI(timeout=30)
        TEMPERATURE = 0.0

        def ask(messages):
            return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=TEMPERATURE)

    False alarms: temperatures of different tasks or models, which have no profile in their names; files of
    examples.
    """

    code = "TMP002"
    severity = Severity.HIGH
    mode = Mode.TEMPERATURE_DRIFT
    item = Item.PINNED_SAMPLING
    probe = Probe(
        faults=("prod_temperature",),
        expects="tests that pass at one temperature and fail at the other",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )
    triggers = ("temp", "TEMP", "top_p", "TOP_P")

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for node in module.of(ast.IfExp):
            name = _set_to(module, node)
            if not name or not _ASKS_PROFILE.search(ast.unparse(node.test)):
                continue
            first, second = as_number(literal(module, node.body)), as_number(literal(module, node.orelse))
            if first is not None and second is not None and first != second:
                where = module.place(node)
                yield self._two(where, name, f"{first:g}", f"{second:g}", Tier.PROVED, (where, where))
        for table in module.of(ast.Dict):
            plain = literal(module, table) if _has_profiles(table) else NOT_FOUND
            if isinstance(plain, dict):
                for key, mine, other in _sections(plain):
                    where = module.place(table)
                    yield self._two(
                        where, key, mine[1], other[1], Tier.PROVED, (where, where), (mine[0], other[0])
                    )

    def in_document(self, document: Document) -> Iterable[Finding]:
        if is_test(document.path):
            return
        tables = [((), document.data), *document.walk()]
        for keys, table in tables:
            if not isinstance(table, dict):
                continue
            for key, mine, other in _sections(table):
                places = tuple(document.place(*keys, *_path(one[0], key, table)) for one in (mine, other))
                yield self._two(
                    places[1],
                    key,
                    mine[1],
                    other[1],
                    Tier.PROVED,
                    (places[0], places[1]),
                    (mine[0], other[0]),
                )

    def in_project(self, project: Project) -> Iterable[Finding]:
        yield from self._between_files(project)
        yield from self._code_and_environment(project)
        yield from self._two_ways(project)

    def _between_files(self, project: Project) -> Iterator[Finding]:
        groups: dict[tuple[str, str], list[tuple[str, Document, tuple[Any, ...], float]]] = {}
        for document in project.documents:
            folder, _, name = document.path.rpartition("/")
            if is_test(document.path) or re.search(r"example|sample|template", name, re.IGNORECASE):
                continue
            profile = _IN_FILE.search(name)
            stem = _IN_FILE.sub("", name, count=1) if profile else name
            for keys, value in document.walk():
                number = as_number(value)
                if number is not None and isinstance(keys[-1], str) and _KEY.search(keys[-1]):
                    label = profile[0].strip("._-").lower() if profile else "base"
                    path = f"{folder}/{stem}".strip("/")
                    groups.setdefault((path, ".".join(map(str, keys))), []).append(
                        (label, document, keys, number)
                    )
        for (_, key), told in groups.items():
            labels = {one[0]: one for one in told}
            if len(labels) < 2 or len({one[3] for one in labels.values()}) < 2:
                continue
            first, *rest = sorted(labels.values(), key=lambda one: _order(one[0]))
            other = (
                next(one for one in rest if one[3] != first[3])
                if any(one[3] != first[3] for one in rest)
                else rest[0]
            )
            places = (first[1].place(*first[2]), other[1].place(*other[2]))
            yield self._two(
                places[1], key, f"{first[3]:g}", f"{other[3]:g}", Tier.PROVED, places, (first[0], other[0])
            )

    def _code_and_environment(self, project: Project) -> Iterator[Finding]:
        seen: set[Place] = set()
        for one in effective_calls(project):
            file = next((each for each in one.temperature.every if _is_real_file(each)), None)
            code = next(
                (each for each in one.temperature.every if each.source.startswith("default of")), None
            )
            if file is None or code is None or file.number == code.number or file.place is None:
                continue
            if file.number is not None and code.number is not None and file.place not in seen:
                seen.add(file.place)
                places = (code.place or one.call.place, file.place)
                words = (code.source, file.source)
                name = one.call.function or short(one.call.callee)
                yield self._two(
                    places[1], name, f"{code.number:g}", f"{file.number:g}", Tier.INFERRED, places, words
                )

    def _two_ways(self, project: Project) -> Iterator[Finding]:
        """A function and its async or streaming twin."""
        by_function: dict[tuple[str, str], Effective] = {}
        for one in effective_calls(project):
            if one.call.function and not is_test(one.call.place.path):
                by_function.setdefault((one.facts.path, one.call.function), one)
        for (path, function), one in by_function.items():
            owner, _, name = function.rpartition(".")
            for twin in (f"a{name}", f"async_{name}", f"{name}_async", f"{name}_stream", f"stream_{name}"):
                other = by_function.get((path, f"{owner}.{twin}" if owner else twin))
                if other is None or not _comparable(one, other):
                    continue
                mine, its = one.temperature, other.temperature
                places = (mine.place or one.call.place, its.place or other.call.place)
                yield self._two(
                    places[1],
                    f"{name}() and {twin}()",
                    _told(mine),
                    _told(its),
                    Tier.INFERRED,
                    places,
                    (name, twin),
                )

    def _two(
        self,
        where: Place,
        key: str,
        first: str,
        second: str,
        tier: Tier,
        places: tuple[Place, Place],
        names: tuple[str, str] = ("one profile", "the other"),
    ) -> Finding:
        return self.found(
            where,
            f"{key} differs: {first} ({names[0]}), {second} ({names[1]})",
            tier=tier,
            subject=key,
            consequence="what was tested at one temperature answers otherwise at the other",
            advice="use one value everywhere, and keep it in one place",
            origins=(
                Origin(name=key, value=first, source=names[0], place=places[0]),
                Origin(name=key, value=second, source=names[1], place=places[1]),
            ),
            related=(places[0],) if places[0] != where else (),
        )


def _set_to(module: Module, node: ast.IfExp) -> str:
    """The temperature that a condition is given to: a name, a keyword, a key; "" if it is none."""
    above = module.parent(node)
    if isinstance(above, ast.keyword):
        name = above.arg or ""
    elif isinstance(above, ast.Assign | ast.AnnAssign):
        target = above.targets[0] if isinstance(above, ast.Assign) else above.target
        name = (
            target.id
            if isinstance(target, ast.Name)
            else target.attr
            if isinstance(target, ast.Attribute)
            else ""
        )
    elif isinstance(above, ast.Dict):
        key = next((key for key, its in zip(above.keys, above.values, strict=True) if its is node), None)
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    else:
        name = ""
    return name if _KEY.search(name) else ""


def _has_profiles(table: ast.Dict) -> bool:
    keys = [key.value for key in table.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return sum(bool(_PROFILES.match(key)) for key in keys) > 1


def _sections(table: dict[Any, Any]) -> Iterator[tuple[str, tuple[str, str], tuple[str, str]]]:
    """A key and its two values in two profiles of a table: its sections, or keys with a profile in them."""
    profiles = {str(key): value for key, value in table.items() if _PROFILES.match(str(key))}
    values: dict[str, list[tuple[str, str]]] = {}
    for profile, section in profiles.items():
        for key, number in _numbers(section, ""):
            values.setdefault(key, []).append((profile, f"{number:g}"))
    for key, value in table.items():
        match = _BEFORE.match(str(key))
        told = as_number(value)
        if match is None or told is None:
            continue
        profile, rest = (match[1], match[2]) if match[1] else (match[4], match[3])
        if _KEY.search(rest):
            values.setdefault(rest, []).append((profile, f"{told:g}"))
    for key, unsorted in values.items():
        both = sorted(unsorted, key=lambda one: _order(one[0]))
        other = next((one for one in both if one[1] != both[0][1]), None)
        if other is not None:
            yield key, both[0], other


def _numbers(section: Any, before: str, depth: int = 0) -> Iterator[tuple[str, float]]:
    if not isinstance(section, dict) or depth > 6:
        return
    for key, value in section.items():
        name = f"{before}{key}"
        number = as_number(value)
        if number is not None and _KEY.search(str(key)):
            yield name, number
        elif isinstance(value, dict):
            yield from _numbers(value, f"{name}.", depth + 1)


def _path(profile: str, key: str, table: dict[Any, Any]) -> tuple[str, ...]:
    """Where a key of a profile stands beneath its table."""
    if profile in table:
        return (profile, *key.split("."))
    return next(
        (
            (name,)
            for name in (f"{profile}_{key}", f"{key}_{profile}", f"{profile}-{key}", f"{key}-{profile}")
            if name in table
        ),
        (),
    )


def _order(profile: str) -> int:
    """Development first, then tests, stages and production."""
    return next(
        (
            at
            for at, word in enumerate(("base", "dev", "loc", "test", "stag", "prod", "live"))
            if profile.lower().startswith(word)
        ),
        9,
    )


def _is_real_file(one: Resolved) -> bool:
    path = one.place.path.lower() if one.place is not None else ""
    return " in " in one.source and not re.search(r"example|sample|template|test", path)


def _comparable(one: Effective, other: Effective) -> bool:
    """Do two calls ask the same model, at temperatures that are known and differ?"""
    mine, its = one.temperature, other.temperature
    if one.call.api != other.call.api or not (mine.known and its.known) or mine.others or its.others:
        return False
    if one.model.value != other.model.value or not (mine.given or its.given):
        return False
    return mine.number != its.number


def _told(one: Resolved) -> str:
    return f"{one.number:g}" if one.number is not None else "not set"
