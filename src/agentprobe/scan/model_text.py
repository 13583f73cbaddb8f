"""What a model has said: which expressions hold it, through the functions that hand it on."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from agentprobe.scan.facts import Facts, Spoken
from agentprobe.scan.flows import Source, called_name, own_function, sources
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.reaching import reaching

_TEXTS = frozenset({
    "content", "text", "output_text", "completion", "message_content", "raw", "final_output", "output",
    "text_stream",
    "answer", "response", "thinking", "reasoning_content", "refusal",
})  # fmt: skip
_NOT_TEXT = frozenset({
    "finish_reason", "stop_reason", "usage", "id", "model", "role", "type", "name", "status", "created",
    "tool_call_id",
    "prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens", "headers",
    "call_id",
    "additional_kwargs", "response_metadata", "usage_metadata", "error", "embedding", "data", "index",
})  # fmt: skip
_ARGUMENTS = frozenset({"tool_calls", "function_call", "arguments", "args", "input"})
_TYPED = (".with_structured_output", ".parse", ".instructor")
_TYPED_FIELDS = frozenset({"parsed", "output_parsed", "pydantic", "structured_response", "structured_output"})
_ANSWERS_TEXT = frozenset({"predict", "apredict", "complete"})


class Said(StrEnum):
    """As what a piece of a model's answer is held."""

    TEXT = "text"
    ARGUMENTS = "arguments"
    """The arguments that it gave a tool, as text or as data."""
    PARSED = "parsed"
    """Its text, parsed, but checked by nobody."""
    TYPED = "typed"
    """What an SDK has checked against a type."""
    WHOLE = "whole"
    """The answer with all that came with it."""
    OTHER = "other"
    """What the provider says about the answer: why it ended, what it cost."""


@dataclass(frozen=True, slots=True)
class Heard:
    """That an expression holds something that a model said."""

    said: Said
    call: ast.expr
    """Where it comes from here: a call of a model, or of a function that hands on what a model said."""
    sure: bool
    through: str = ""
    """The function that handed it on."""
    elsewhere: bool = False
    """Does that function stand in another file?"""


def told_as(api: str, callee: str, path: tuple[str, ...]) -> Said:
    """What is held after taking `path` of the result of a call."""
    taken = [one for one in path if not one.endswith("()")]
    if any(mark in callee for mark in _TYPED) or _TYPED_FIELDS & set(taken):
        return Said.TYPED
    if "loads()" in path:
        return Said.PARSED
    if taken and taken[-1] in _NOT_TEXT:
        return Said.OTHER
    if _ARGUMENTS & set(taken):
        return Said.ARGUMENTS
    if taken and taken[-1] in _TEXTS and not _is_part(path) and (api != "bedrock" or taken[-1] == "text"):
        return Said.TEXT
    if not taken and (callee.rpartition(".")[2] in _ANSWERS_TEXT or api == "smolagents" or _as_text(path)):
        return Said.TEXT
    return Said.WHOLE if not taken or taken[-1] in ("choices", "message", "delta", "choice") else Said.OTHER


def _is_part(path: tuple[str, ...]) -> bool:
    """Is it one of many things that were gone through, rather than a field of one?"""
    after = next((at for at, one in enumerate(reversed(path)) if not one.endswith("()")), 0)
    return "each()" in path[len(path) - after :]


def _as_text(path: tuple[str, ...]) -> bool:
    return bool({"strip()", "lower()", "upper()", "splitlines()", "casefold()"} & set(path))


def _spoken(module: Module, source: Source) -> Spoken | None:
    told = model_calls(module).get(source.call)
    if told is not None:
        return Spoken(api=told.api, callee=told.callee, path=source.path, sure=told.sure)
    own = own_function(module, source.call)
    name = own or called_name(module, source.call)
    if (
        not name
        or name in _NOT_OURS
        or name.partition(".")[0] in ("os", "re", "json", "time", "logging", "datetime")
    ):
        return None
    return Spoken(function=name, own=bool(own), path=source.path)


_NOT_OURS = frozenset(
    {"len", "int", "float", "bool", "range", "open", "print", "super", "max", "min", "sum", "zip"}
)


def speakers(module: Module) -> dict[str, tuple[Spoken, ...]]:
    """For each function of a module: whose results it returns, and what of them; kept with the module."""
    if "speakers" not in module.kept:
        found: dict[str, list[Spoken]] = {}
        for node in module.of(ast.Return):
            if node.value is None or isinstance(node.value, ast.Constant):
                continue
            function = module.function(node)
            told = [one for each in sources(module, node.value) if (one := _spoken(module, each)) is not None]
            if function is not None and told:
                found.setdefault(module.qualname(function), []).extend(told[:4])
        module.kept["speakers"] = {name: tuple(dict.fromkeys(told))[:6] for name, told in found.items()}
    kept: dict[str, tuple[Spoken, ...]] = module.kept["speakers"]
    return kept


Follow = Callable[[str, str], "Spoken | None"]
"""Says what a function of another file hands on of a model's answer, by the caller and the dotted name."""


class Hearing:
    """What is heard of models in one module."""

    def __init__(self, module: Module, follow: Follow | None = None) -> None:
        self.module = module
        self.follow = follow

    def heard(self, node: ast.expr | None) -> list[Heard]:
        """All that an expression may hold of models' answers."""
        found = [one for source in sources(self.module, node) if (one := self._heard(source)) is not None]
        if not found and node is not None and _is_tool_call(node):
            return [Heard(Said.ARGUMENTS, node, sure=True)]
        return found

    def held(self, node: ast.expr | None, *kinds: Said) -> Heard | None:
        """What an expression holds of an answer, if it is one of these."""
        return next((one for one in self.heard(node) if one.said in kinds), None)

    def _heard(self, source: Source) -> Heard | None:
        module = self.module
        told = model_calls(module).get(source.call)
        if told is not None:
            return Heard(told_as(told.api, told.callee, source.path), source.call, told.sure)
        own = own_function(module, source.call)
        if own:
            spoken = self._of_own(own, 0)
            if spoken is not None:
                said = told_as(spoken.api, spoken.callee, (*spoken.path, *source.path))
                return Heard(said, source.call, spoken.sure, own)
        if self.follow is None:
            return None
        function = module.function(source.call)
        name = own or called_name(module, source.call)
        spoken = (
            self.follow(module.qualname(function) if function is not None else "", name) if name else None
        )
        if spoken is None:
            return None
        said = told_as(spoken.api, spoken.callee, (*spoken.path, *source.path))
        return Heard(said, source.call, spoken.sure, name, elsewhere=True)

    def _of_own(self, name: str, depth: int) -> Spoken | None:
        for one in speakers(self.module).get(name, ()):
            if one.api:
                return one
            inner = self._of_own(one.function, depth + 1) if one.own and depth < 4 else None
            if inner is not None:
                return _longer(inner, one.path)
        return None


def _is_tool_call(node: ast.expr) -> bool:
    """`call.function.arguments`, `call["function"]["arguments"]`: nothing but a tool call has that shape."""
    names: list[object] = []
    while isinstance(node, ast.Attribute | ast.Subscript) and len(names) < 2:
        key = node.slice if isinstance(node, ast.Subscript) else None
        names.append(node.attr if isinstance(node, ast.Attribute) else getattr(key, "value", None))
        node = node.value
    return names == ["arguments", "function"]


def _longer(spoken: Spoken, path: tuple[str, ...]) -> Spoken:
    return Spoken(api=spoken.api, callee=spoken.callee, path=(*spoken.path, *path)[:12], sure=spoken.sure)


def hearing(module: Module) -> Hearing:
    """What is heard in a module as far as the module itself shows it."""
    if "hearing" not in module.kept:
        module.kept["hearing"] = Hearing(module)
    kept: Hearing = module.kept["hearing"]
    return kept


def hearing_in(project: Project, path: str) -> Hearing | None:
    """What is heard in a module with the functions of other files followed; None where it cannot be read."""
    module = project.module(path)
    facts = project.facts.get(path)
    if module is None or facts is None:
        return None
    return Hearing(module, lambda function, name: _followed(project, facts, function, name, 0))


def _followed(project: Project, facts: Facts, function: str, name: str, depth: int) -> Spoken | None:
    for path, qualname in reaching(project).meant(facts, function, name):
        home = project.facts[path]
        for one in home.speakers.get(qualname, ()):
            if one.api:
                return one
            inner = _followed(project, home, qualname, one.function, depth + 1) if depth < 4 else None
            if inner is not None:
                return _longer(inner, one.path)
    return None


def that_hear(project: Project, *needed: str) -> list[str]:
    """The files that call functions of other files that hand on what a model says (and one of `needed`)."""
    key = "files that hear"
    if key not in project.kept:
        project.kept[key] = [
            facts.path
            for facts in project.facts.values()
            if any(_hears(project, facts, *one) for one in _called(facts))
        ]
    found: list[str] = project.kept[key]
    if not needed:
        return found
    return [path for path in found if _calls_one(project.facts[path], needed)]


def _calls_one(facts: Facts, needed: tuple[str, ...]) -> bool:
    return any(name in needed for called in facts.callers.values() for name in called)


def _called(facts: Facts) -> list[tuple[str, str]]:
    return [(function, name) for function, called in facts.callers.items() for name in called]


def _hears(project: Project, facts: Facts, function: str, name: str) -> bool:
    reach = reaching(project)
    return any(one[0] != facts.path and one in reach.model for one in reach.meant(facts, function, name))
