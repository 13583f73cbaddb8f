"""What an expression of a module holds of models' answers, followed through functions and parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from agentprobe.scan.facts import Spoken
from agentprobe.scan.flows import Given, Source, called_name, calls_of, origins, own_function
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.model_text import Said, speakers, told_as
from agentprobe.scan.module import Function, Module, argument, last_word

MOST_FOLLOWED = 12
"""How many callers of a function, and how many answers that it may hand on, are looked at."""


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


Follow = Callable[[str, str], list[Spoken]]
"""Says what a function of another file hands on of a model's answer, by the caller and the dotted name."""
Callers = Callable[["Hearing", Function], "Iterable[tuple[Hearing, ast.Call]]"]
"""Says who calls a function, each with what is heard where that stands."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a model said, before it is known what is taken of it."""

    spoken: Spoken
    call: ast.expr
    through: str = ""
    elsewhere: bool = False

    def heard(self) -> Heard:
        spoken = self.spoken
        said = told_as(spoken.api, spoken.callee, spoken.path)
        return Heard(said, self.call, spoken.sure, self.through, self.elsewhere)


class Hearing:
    """What is heard of models in one module.

    `follow` says what functions of other files hand on; `callers` which calls, here or in other files, give
    a function its parameters, where these are to be followed, too.
    """

    def __init__(
        self, module: Module, follow: Follow | None = None, *, callers: Callers | None = None
    ) -> None:
        self.module = module
        self.follow = follow
        self.callers = callers
        self._asking: set[tuple[str, str]] = set()

    def heard(self, node: ast.expr | None) -> list[Heard]:
        """All that an expression may hold of models' answers."""
        found = [one.heard() for one in self._told(node)]
        if not found and node is not None and _is_tool_call(node):
            return [Heard(Said.ARGUMENTS, node, sure=True)]
        return found

    def held(self, node: ast.expr | None, *kinds: Said) -> Heard | None:
        """What an expression holds of an answer, if it is one of these; what the file shows comes first."""
        if self.follow is not None:
            alone = hearing(self.module, given=self.callers is not None).held(node, *kinds)
            if alone is not None:
                return alone
        return next((one for one in self.heard(node) if one.said in kinds), None)

    def _told(self, node: ast.expr | None) -> list[_Told]:
        found: list[_Told] = []
        for one in origins(self.module, node):
            if isinstance(one, Given):
                found += self._given(one) if self.callers is not None else ()
            else:
                found += self._of_call(one)
        return found

    def _of_call(self, source: Source) -> list[_Told]:
        module = self.module
        told = model_calls(module).get(source.call)
        if told is not None:
            spoken = Spoken(api=told.api, callee=told.callee, path=source.path, sure=told.sure)
            return [_Told(spoken, source.call)]
        own = own_function(module, source.call)
        inner = self._of_own(own, 0) if own else []
        if inner:
            return [_Told(with_path(one, source.path), source.call, own) for one in inner]
        name = own or called_name(module, source.call)
        if self.follow is None or not name:
            return []
        function = module.function(source.call)
        inner = self.follow(module.qualname(function) if function is not None else "", name)
        return [_Told(with_path(one, source.path), source.call, name, elsewhere=True) for one in inner]

    def _of_own(self, name: str, depth: int) -> list[Spoken]:
        found: list[Spoken] = []
        for one in speakers(self.module).get(name, ()):
            if one.api:
                found.append(one)
            elif one.own and depth < 4:
                found += [with_path(inner, one.path) for inner in self._of_own(one.function, depth + 1)]
        return found[:MOST_FOLLOWED]

    # -- parameters ------------------------------------------------------------------------------

    def _given(self, given: Given) -> list[_Told]:
        """What those who call a function give for a parameter; else what the parameter's name says."""
        key = self.module.qualname(given.function), given.name
        if key in self._asking or len(self._asking) >= _GIVEN_DEEPEST or self.callers is None:
            return []
        self._asking.add(key)
        try:
            found = [
                _handed(told, given, elsewhere=hears is not self)
                for hears, call in self.callers(self, given.function)
                for told in hears._told(given_for(given, call))
            ]
        finally:
            self._asking.discard(key)
        if not found and _SPOKEN.match(given.name) and not _is_typed(given):
            named = Spoken(api="named", callee="complete", path=given.path, sure=False)
            found.append(_Told(named, ast.Name(given.name, lineno=given.function.lineno, col_offset=0)))
        return found


_GIVEN_DEEPEST = 3
_SPOKEN = re.compile(
    r"(?:raw_|full_|last_)?(?:(?:llm|ai|gpt\d?|chatgpt|claude|gemini|assistant)_(?:raw_)?"
    r"(?:reply|response|output|text|answer|completion)|model_(?:reply|response|answer)"
    r"|generated_(?:code|sql|python))(?:_text|_str)?$"
)
"""Names of parameters that say that a model has written it."""


def _is_typed(given: Given) -> bool:
    """Does the function say that it takes something other than text?"""
    every = given.function.args
    for one in (*every.posonlyargs, *every.args, *every.kwonlyargs):
        if one.arg == given.name and one.annotation is not None:
            names = {each.id for each in ast.walk(one.annotation) if isinstance(each, ast.Name)}
            return not names <= {"str", "Optional", "Union", "Any", "AnyStr"}
    return any(isinstance(one, ast.Call) and _tests_kind(one, given.name) for one in ast.walk(given.function))


def _tests_kind(call: ast.Call, name: str) -> bool:
    """Does a call ask whether something is a dictionary or a list?"""
    if last_word(call.func) != "isinstance" or len(call.args) != 2:
        return False
    asked, kinds = call.args
    named = {one.id for one in ast.walk(kinds) if isinstance(one, ast.Name)}
    return isinstance(asked, ast.Name) and asked.id == name and bool(named - {"str"})


def given_for(given: Given, call: ast.Call) -> ast.expr | None:
    """What a call of a function gives for one of its parameters."""
    names = [one.arg for one in (*given.function.args.posonlyargs, *given.function.args.args)]
    if names and names[0] in ("self", "cls") and isinstance(call.func, ast.Attribute):
        names = names[1:]
    return argument(call, given.name, names.index(given.name) if given.name in names else None)


def _handed(told: _Told, given: Given, *, elsewhere: bool) -> _Told:
    spoken = with_path(told.spoken, given.path)
    return replace(
        told,
        spoken=Spoken(api=spoken.api, callee=spoken.callee, path=spoken.path, sure=False),
        elsewhere=told.elsewhere or elsewhere,
    )


def _is_tool_call(node: ast.expr) -> bool:
    """`call.function.arguments`, `call["function"]["arguments"]`: nothing but a tool call has that shape."""
    names: list[object] = []
    while isinstance(node, ast.Attribute | ast.Subscript) and len(names) < 2:
        key = node.slice if isinstance(node, ast.Subscript) else None
        names.append(node.attr if isinstance(node, ast.Attribute) else getattr(key, "value", None))
        node = node.value
    return names == ["arguments", "function"]


def with_path(spoken: Spoken, path: tuple[str, ...]) -> Spoken:
    """What was said, after more was taken of it."""
    return Spoken(api=spoken.api, callee=spoken.callee, path=(*spoken.path, *path)[:12], sure=spoken.sure)


def hearing(module: Module, *, given: bool = False) -> Hearing:
    """What is heard in a module as far as the module itself shows it; `given` follows parameters, too."""
    key = "hearing of parameters" if given else "hearing"
    if key not in module.kept:
        module.kept[key] = Hearing(module, callers=called_here if given else None)
    kept: Hearing = module.kept[key]
    return kept


def called_here(hears: Hearing, function: Function) -> Iterator[tuple[Hearing, ast.Call]]:
    """The calls of a function in its own file."""
    module = hears.module
    name = module.qualname(function)
    for call in calls_of(module, function.name)[:MOST_FOLLOWED]:
        if own_function(module, call) == name:
            yield hears, call
