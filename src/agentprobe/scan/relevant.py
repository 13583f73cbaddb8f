"""Which Python files of a very large tree are parsed: an agent's, what they use, and what uses them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agentprobe.scan.apis import AGENT_ROOTS
from agentprobe.scan.facts import Facts
from agentprobe.scan.module import from_root

FEW = 2_000
"""Up to so many files all are parsed; only larger trees are looked through by words first."""
_INWARD, _OUTWARD = 2, 2
"""How many imports away a file may be that an agent's file uses, and one that uses it."""
_HANDED_ON = 3
"""Through how many packages a name is followed to where it is made."""
_IMPORTS = re.compile(
    rb"\n[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]{0,4000}\)|[^#\n(]*)|import[ \t]+([^#\n;]+))"
)
_WORDS = (
    b"chat/completions", b"v1/messages", b"generateContent", b"api.openai.com", b"api.anthropic.com",
    b"tool_calls", b"input_schema", b"system_prompt", b"SYSTEM_PROMPT", b"You are a", b"tool_choice",
    b"gpt-4", b"gpt-5", b"claude-",
)  # fmt: skip
_NAME = re.compile(rb"\w+")


@dataclass(frozen=True, slots=True)
class Words:
    """What a file's bytes tell without being parsed."""

    imports: tuple[str, ...]
    """The dotted names of modules, and of what is taken out of them."""
    speaks: bool
    """Does it import a package of agents, or hold words that only they need?"""


def words_of(raw: bytes, dotted: str, is_package: bool) -> Words:
    """The imports of a Python file by its lines alone, and whether it is about agents."""
    found: set[str] = set()
    roots: set[str] = set()
    for home, names, plain in _IMPORTS.findall(b"\n" + raw):
        if plain:
            modules = {
                part.split()[0].decode("ascii", "replace") for part in plain.split(b",") if part.split()
            }
            found |= modules
            roots |= {one.partition(".")[0] for one in modules}
            continue
        base = _base(home.decode("ascii", "replace"), dotted, is_package)
        if home[:1] != b".":
            roots.add(base.partition(".")[0])
        found.add(base)
        found |= {f"{base}.{name.decode('ascii', 'replace')}" for name in _NAME.findall(names)}
    return Words(tuple(sorted(found)), bool(roots & AGENT_ROOTS) or any(word in raw for word in _WORDS))


def _base(home: str, dotted: str, is_package: bool) -> str:
    name = home.lstrip(".")
    level = len(home) - len(name)
    if not level:
        return from_root(name)
    parts = dotted.split(".") if dotted else []
    up = level - 1 if is_package else level
    return ".".join([*(parts[: len(parts) - up] if up else parts), *([name] if name else [])])


def is_agents(facts: Facts) -> bool:
    """Does a file call a model, or make or offer what one is called with?"""
    return bool(facts.model_calls or facts.maybe_calls or facts.clients or facts.tools or facts.prompts)


def near(words: Mapping[str, Words], dotted: Mapping[str, str], agents: Iterable[str]) -> frozenset[str]:
    """The paths of what agents' files use and of what uses them, some imports away."""
    names = _Names(_by_name(dotted), words)
    meant = {name: frozenset(names.targets(name)) for name in _imported(words)}
    uses: dict[str, set[str]] = {}
    used_by: dict[str, set[str]] = {}
    for path, one in words.items():
        if path.endswith("__init__.py"):
            continue  # what it hands on is followed from where it is used, or packages were clumps
        targets = {at for name in one.imports for at in meant[name]} - {path}
        uses[path] = targets
        for target in targets:
            used_by.setdefault(target, set()).add(path)
    start = set(agents)
    return frozenset(_spread(start, uses, _INWARD) | _spread(start, used_by, _OUTWARD))


def _imported(words: Mapping[str, Words]) -> set[str]:
    return {name for one in words.values() for name in one.imports}


def _by_name(dotted: Mapping[str, str]) -> dict[str, str]:
    """Files by their dotted names, and by the ends of them that are one file's alone; "" for the others."""
    found: dict[str, str] = {}
    for path, name in dotted.items():
        parts = name.split(".")
        for start in range(1, len(parts)):
            tail = ".".join(parts[start:])
            found[tail] = "" if found.get(tail, path) != path else path
    found.update({name: path for path, name in dotted.items()})
    return found


class _Names:
    """What imported names lie in; through packages that only hand them on."""

    def __init__(self, by_name: Mapping[str, str], words: Mapping[str, Words]) -> None:
        self._by_name = by_name
        self._words = words
        self._handed_on: dict[str, dict[str, list[str]]] = {}
        """The names that a package imports, by their last words."""

    def targets(self, name: str, depth: int = 0) -> Iterator[str]:
        """The files that an imported name lies in."""
        if path := self._by_name.get(name, ""):
            yield path
        home, _, last = name.rpartition(".")
        package = self._by_name.get(home, "")
        if not package:
            return
        yield package
        if package.endswith("__init__.py") and depth < _HANDED_ON:
            for onward in self._onward(package).get(last, ()):
                if onward != name:
                    yield from self.targets(onward, depth + 1)

    def _onward(self, package: str) -> dict[str, list[str]]:
        if package not in self._handed_on:
            found: dict[str, list[str]] = {}
            for name in self._words[package].imports:
                found.setdefault(name.rpartition(".")[2], []).append(name)
            self._handed_on[package] = found
        return self._handed_on[package]


def _spread(start: set[str], edges: Mapping[str, set[str]], steps: int) -> set[str]:
    found, edge = set(start), start
    for _ in range(steps):
        edge = {target for path in edge for target in edges.get(path, ())} - found
        found |= edge
    return found
