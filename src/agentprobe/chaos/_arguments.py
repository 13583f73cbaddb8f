"""The arguments of a model's tool calls: which of them matter, and faults that change one."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

from msgspec import Raw

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos.family import Need
from agentprobe.dialects._fields import BROKEN, Fields, decoded, split
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, ToolCall

_SPACED = re.compile(r'"\s*:\s')
_NUMBERS = ("integer", "number")


class Shape(NamedTuple):
    """What a tool says of its arguments."""

    properties: Mapping[str, Any]
    required: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Does it say anything?"""
        return bool(self.properties)

    def types(self, name: str) -> tuple[str, ...]:
        """The JSON types that an argument may have; none where it does not say."""
        told = self.properties.get(name)
        kind = told.get("type") if isinstance(told, Mapping) else None
        return (kind,) if isinstance(kind, str) else tuple(kind) if isinstance(kind, list) else ()

    def by_weight(self, given: Fields) -> list[str]:
        """The arguments of a call, those that matter most first: required ones, numbers before the rest."""
        return sorted(given, key=lambda name: (name not in self.required, not self._counts(name, given)))

    def _counts(self, name: str, given: Fields) -> bool:
        return any(kind in _NUMBERS for kind in (*self.types(name), type_of(decoded(given[name]))))


def shape_of(request: ModelRequest, tool: str) -> Shape:
    """What the request tells the model of a tool's arguments."""
    schema = next((spec.schema for spec in request.tools if spec.name == tool), None)
    told = schema if isinstance(schema, Mapping) else {}
    properties, required = told.get("properties"), told.get("required")
    return Shape(
        properties if isinstance(properties, Mapping) else {},
        tuple(required) if isinstance(required, list | tuple) else (),
    )


def type_of(value: object) -> str:
    """A value's JSON type; whole numbers are integers."""
    if isinstance(value, bool):
        return "boolean"
    kinds = {int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def given_in(call: ToolCall) -> Fields | None:
    """A call's arguments, each as it was written; None where they are no JSON object."""
    try:
        return split(call.arguments.encode())
    except BROKEN:
        return None


def raw(value: object) -> Raw:
    """A value as a model writes it."""
    return Raw(json.dumps(value, ensure_ascii=False).encode())


def written_like(arguments: str, given: Fields) -> str:
    """Arguments as JSON text in the manner of other ones; values that stayed are the same to the letter."""
    between, behind = (", ", ": ") if _SPACED.search(arguments) else (",", ":")
    told = (f"{json.dumps(name, ensure_ascii=False)}{behind}{bytes(v).decode()}" for name, v in given.items())
    return "{" + between.join(told) + "}"


def with_call(answer: ModelAnswer, at: int, call: ToolCall) -> ModelAnswer:
    """The answer with another call in the place of one."""
    calls = answer.tool_calls
    return replace(answer, tool_calls=(*calls[:at], call, *calls[at + 1 :]))


class Given(NamedTuple):
    """Other arguments, and in a few words what is other about them."""

    fields: Fields
    did: str


@dataclass(frozen=True, kw_only=True)
class ChangedArguments(ChangedAnswer):
    """A fault of one tool call's arguments: of the last call in the answer that it can change."""

    needs: ClassVar[tuple[Need, ...]] = (Need.TOOL_CALL,)
    finish: ClassVar[Finish | None] = None
    """Why the model stops then; None for as before."""

    def change(self, heard: Heard) -> Change | None:
        calls = heard.answer.tool_calls
        for at in reversed(range(len(calls))):
            call, given = calls[at], given_in(calls[at])
            other = self.give(given, shape_of(heard.request, call.name)) if given is not None else None
            if other is not None:
                changed = replace(call, arguments=written_like(call.arguments, other.fields))
                answer = with_call(heard.answer, at, changed)
                if self.finish is not None:
                    answer = replace(answer, finish=self.finish, finish_raw=None)
                return Change(answer, f"{call.name}: {other.did}")
        return None

    @abstractmethod
    def give(self, given: Fields, shape: Shape) -> Given | None:
        """The arguments that are given instead; None where nothing can be changed."""
