"""What decides a simulated model's answers: a policy that weighs what could be said to a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import msgspec

from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, ToolCall


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that could be given, and how likely it is beside the others."""

    answer: ModelAnswer
    weight: float = 1.0


@runtime_checkable
class Policy(Protocol):
    """Knows what a model could answer; the engine chooses, fills in ids and counts tokens.

    A policy is asked from several threads at once and keeps no state: all it needs stands in the request.
    """

    def options(self, request: ModelRequest) -> Sequence[Option]:
        """At least one answer that fits the request; the heaviest is what temperature 0 gives."""
        ...


def say(text: str, *, weight: float = 1.0, finish: Finish | None = None) -> Option:
    """Answer with text."""
    return Option(ModelAnswer(text=text, finish=finish), weight)


def call(
    *calls: tuple[str, Mapping[str, Any] | str],
    text: str = "",
    weight: float = 1.0,
    finish: Finish | None = None,
) -> Option:
    """Wish to have tools run, several at once if several are given: `call(("find", {"name": "Ann"}))`.

    Arguments given as a string are sent as they stand, so that broken JSON can be played too.
    """
    wishes = tuple(ToolCall(id="", name=name, arguments=_spelled(given)) for name, given in calls)
    return Option(ModelAnswer(text=text, tool_calls=wishes, finish=finish), weight)


def refuse(text: str, *, weight: float = 1.0) -> Option:
    """Decline to answer."""
    return Option(ModelAnswer(refusal=text, finish=Finish.REFUSAL), weight)


def _spelled(arguments: Mapping[str, Any] | str) -> str:
    return arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
