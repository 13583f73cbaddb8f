"""A policy written down as a list of turns: in Python, or as a small file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentprobe.domain.model import ModelRequest
from agentprobe.sim.conversation import asked, newest_results, turn
from agentprobe.sim.policy import Option, Policy, say


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Conditions on a request; all that are given must hold. Capital letters do not count."""

    turn: int | None = None
    """The how-manieth answer of the conversation this would be, from 1."""
    user_contains: str | None = None
    """A part of the newest text of the user."""
    result_contains: str | None = None
    """A part of any tool result that is not answered yet."""
    system_contains: str | None = None
    """A part of the system prompt."""

    def holds(self, request: ModelRequest) -> bool:
        """Do all conditions hold for this request?"""
        return (
            self.turn in (None, turn(request))
            and _in(self.user_contains, [asked(request)])
            and _in(self.result_contains, [result.content for result in newest_results(request)])
            and _in(self.system_contains, [request.system])
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """What could be answered at one point of a conversation."""

    options: tuple[Option, ...]
    when: When | None = None


class Script(Policy):
    """Answers by a list of turns: `Script(call(("weather", {"city": "Oslo"})), say("It rains."))`.

    Turns with a condition go first: the first that holds answers, whenever it is. The others are given one
    after the other, the n-th as the n-th answer of a conversation; past the last the script says so.
    """

    def __init__(self, *turns: Turn | Option | Sequence[Option]) -> None:
        made = [_turn(given) for given in turns]
        self._conditional = [turn for turn in made if turn.when is not None]
        self._in_order = [turn for turn in made if turn.when is None]

    def options(self, request: ModelRequest) -> Sequence[Option]:
        for given in self._conditional:
            if given.when is not None and given.when.holds(request):
                return given.options
        number = turn(request)
        if number > len(self._in_order):
            return [say(f"The script has nothing more to say: it has no turn {number}.")]
        return self._in_order[number - 1].options


def _turn(given: Turn | Option | Sequence[Option]) -> Turn:
    if isinstance(given, Turn):
        return given
    return Turn((given,)) if isinstance(given, Option) else Turn(tuple(given))


def _in(part: str | None, texts: Sequence[str]) -> bool:
    return part is None or any(part.casefold() in text.casefold() for text in texts)
