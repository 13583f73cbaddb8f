"""Calls that were under way together, and the orders in which they could have been completed."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from agentprobe.domain.call import Kind, Outcome
from agentprobe.kernel.room import Step, Wait
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.replay.answer import cannot
from agentprobe.trace.view import Trace

ALL_ORDERS = 4
"""Of so many calls all orders are tried; of more only those that tell most."""
PATIENCE = 1.0
"""Seconds that a call waits for those that are to be completed before it."""
_LOOK, _AHEAD = 0.002, 0.02
"""Seconds between two looks, and those that a completed call has before the next one is let go."""
Order = tuple[int, ...]
"""Recorded calls by their numbers, the first to be completed first."""


@dataclass(frozen=True, slots=True)
class Together:
    """Calls of one kind that were under way together."""

    calls: tuple[tuple[int, TracedCall], ...]
    """With their numbers in the recording, in the order of dispatch."""

    @property
    def recorded(self) -> Order:
        """The order in which they were completed."""
        return tuple(number for number, _ in sorted(self.calls, key=lambda one: one[1].completed or 0))

    def orders(self) -> Iterator[Order]:
        """The other orders that could have happened: what had ended before another began stays before it.

        Of more than four calls: each neighbour overtaken, each call first, each call last, and all reversed.
        """
        if len(self.calls) <= ALL_ORDERS:
            found = self._all((), tuple(number for number, _ in self.calls))
        else:
            found = (order for order in _telling(self.recorded) if self._could_happen(order))
        yield from (order for order in dict.fromkeys(found) if order != self.recorded)

    def _all(self, begun: Order, left: Order) -> Iterator[Order]:
        if not left:
            yield begun
        for number in left:
            if not any(self._before(other, number) for other in left):
                yield from self._all((*begun, number), tuple(other for other in left if other != number))

    def _could_happen(self, order: Order) -> bool:
        later = [(one, other) for place, one in enumerate(order) for other in order[place + 1 :]]
        return not any(self._before(other, one) for one, other in later)

    def _before(self, one: int, other: int) -> bool:
        """Had the one ended before the other began?"""
        by_number = dict(self.calls)
        return (by_number[one].completed or 0) < by_number[other].dispatched


def together(trace: Trace) -> tuple[Together, ...]:
    """The groups of calls that were under way together, tools and models apart, in the order of the run."""
    numbered = [(n, c) for n, c in enumerate(trace.calls, start=1) if c.completed and not cannot(c)]
    groups = [
        group
        for kind in (Kind.TOOL, Kind.MODEL)
        for group in _clusters([one for one in numbered if one[1].kind is kind])
    ]
    return tuple(sorted(groups, key=lambda group: group.calls[0][0]))


def _clusters(numbered: Sequence[tuple[int, TracedCall]]) -> Iterator[Together]:
    """Split the calls where none is under way; a call inside of another one is no rival of it."""
    cluster: list[tuple[int, TracedCall]] = []
    until = 0
    for number, call in numbered:
        if cluster and call.dispatched > until:
            yield from _rivals(cluster)
            cluster = []
        if not any(_inside(call, other) for _, other in cluster):
            until = max(until, call.completed or 0) if cluster else call.completed or 0
            cluster.append((number, call))
    yield from _rivals(cluster)


def _rivals(cluster: Sequence[tuple[int, TracedCall]]) -> Iterator[Together]:
    if len(cluster) > 1:
        yield Together(tuple(cluster))


def _inside(call: TracedCall, other: TracedCall) -> bool:
    path = f"{other.record.path}/{other.name}".removeprefix("/")
    return f"{call.record.path}/".startswith(f"{path}/")


def _telling(recorded: Order) -> Iterator[Order]:
    yield recorded[::-1]
    for place in range(len(recorded) - 1):
        yield (*recorded[:place], recorded[place + 1], recorded[place], *recorded[place + 2 :])
    for place, number in enumerate(recorded):
        others = (*recorded[:place], *recorded[place + 1 :])
        yield (number, *others)
        yield (*others, number)


def most(groups: Sequence[Together], limit: int) -> list[Order]:
    """The orders to try, group by group in turns, no more than `limit`."""
    turns = zip_longest(*(group.orders() for group in groups))
    return list(islice((order for turn in turns for order in turn if order is not None), limit))


class Turns:
    """Lets replayed calls come back in a given order; threads and tasks of one process share one."""

    def __init__(self, order: Order = ()) -> None:
        self._order = order
        self._over: set[int] = set()
        self._lock = threading.Lock()

    def passing(self, number: int) -> Generator[Step, Outcome, None]:
        """Wait until all that come before this call are completed; not for ever, should they not come."""
        if number not in self._order:
            return
        before = set(self._order[: self._order.index(number)])
        waited = 0.0
        while not before <= self._over and waited < PATIENCE:
            yield Wait(_LOOK)
            waited += _LOOK
        if before:
            yield Wait(_AHEAD)
        with self._lock:
            self._over = self._over | {number}
