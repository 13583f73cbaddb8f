"""Whether a run's outcome depends on the order in which calls that were under way together were completed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from agentprobe.domain.call import Kind
from agentprobe.trace.replay.compare import Repetition
from agentprobe.trace.replay.key import asked_then
from agentprobe.trace.replay.order import Order, Together, most, together
from agentprobe.trace.view import Trace

Again = Callable[[Order], Repetition]
"""Runs the agent again with this order of completion; with none, in the recorded one."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One order that could have happened, and the run in which it did."""

    order: Order
    run: Repetition
    kept: bool
    """Were the calls really completed in this order?"""


@dataclass(frozen=True, kw_only=True)
class Race:
    """The recorded run in all its orders."""

    groups: tuple[Together, ...]
    """The calls that were under way together."""
    plain: Repetition
    """The run again with nothing permuted: what differs there has nothing to do with the order."""
    tried: tuple[Tried, ...]
    left_out: int
    """Orders that could have happened and were not tried, because there are so many."""
    unseen: int
    """Tool calls that the model asked for at once and that ran where nobody could hold them."""

    @cached_property
    def depends(self) -> tuple[Tried, ...]:
        """The orders that change the run."""
        return tuple(one for one in self.tried if one.kept and not one.run.exact) if self.plain.exact else ()

    @property
    def observed(self) -> bool:
        """Has at least one other order been seen beside a run that is the recorded one?"""
        return self.plain.exact and any(one.kept for one in self.tried)


def permuted(recorded: Trace, again: Again, limit: int) -> Race:
    """Run the agent again in the orders that could have happened, at most `limit` of them."""
    groups = together(recorded)
    plain = again(_recorded(groups))
    chosen = most(groups, limit) if plain.exact else []
    every = len(most(groups, limit * 100)) if plain.exact else 0
    return Race(
        groups=groups,
        plain=plain,
        tried=tuple(_tried(recorded, order, again(order)) for order in chosen),
        left_out=every - len(chosen),
        unseen=_unseen(recorded),
    )


def _recorded(groups: tuple[Together, ...]) -> Order:
    return tuple(number for group in groups for number in group.recorded)


def _tried(recorded: Trace, order: Order, run: Repetition) -> Tried:
    """Look into the run again whether the calls came back as they should."""
    wanted = [asked_then(recorded.calls[number - 1]).key for number in order]
    done = sorted((call for call in run.trace.calls if call.completed), key=lambda call: call.completed or 0)
    came = [key for key in (asked_then(call).key for call in done) if key in wanted]
    return Tried(order=order, run=run, kept=came[: len(wanted)] == wanted)


def _unseen(trace: Trace) -> int:
    """Tool calls of answers with several, of which no process of the agent said when they ran."""
    answers = [call.answer for call in trace.logical_calls if call.answer is not None]
    held = {call.name for call in trace.calls if call.kind is Kind.TOOL}
    asked = [tool for answer in answers if len(answer.tool_calls) > 1 for tool in answer.tool_calls]
    return sum(tool.name not in held for tool in asked)
