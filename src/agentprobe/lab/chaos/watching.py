"""A light witness of a run in this process: what a judge needs of it, without a trace on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agentprobe.adapters.active import Active
from agentprobe.adapters.tool_call import spelling
from agentprobe.basis.clock import Clock
from agentprobe.chaos.injector import Injector
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import ASKED_BACK, LEFT, NO_EFFECT, Call, Effect, Kind, Outcome
from agentprobe.domain.ledger import EffectLedger, LedgerEntry
from agentprobe.domain.model import Finish, ModelAnswer
from agentprobe.domain.wire import HttpReply
from agentprobe.errors import BudgetSpent
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage
from agentprobe.kernel.session import MakeRoom
from agentprobe.lab.seen import Receipt, Seen

_FAULT = "fault:"
_LEFT = Outcome(marks=(LEFT,))


class Crossed(NamedTuple):
    """A call, and what came of it."""

    call: Call
    outcome: Outcome
    at: float
    """When it was asked, in seconds since the session began."""


class Watcher:
    """Notes what crosses the boundary at its place; ends a run that makes more model calls than `most`."""

    def __init__(self, place: Place, clock: Clock, most: int | None = None) -> None:
        self.place = place
        self.crossed: list[Crossed] = []
        self._clock = clock
        self._began = clock.now()
        self._most = most
        self._models = 0

    def intercept(self, call: Call) -> Passage:
        if self._most is not None and call.kind is Kind.MODEL:
            self._models += 1
            if self._models > self._most:
                raise BudgetSpent(f"{self._most} model calls are more than any run of this task needs")
        at, outcome = self._clock.now() - self._began, _LEFT
        try:
            outcome = yield call
            return outcome
        finally:
            self.crossed.append(Crossed(call, outcome, at))


@dataclass(frozen=True)
class Witness:
    """The watchers of both sides of a corridor."""

    agent: Watcher
    world: Watcher

    @classmethod
    def of(cls, clock: Clock, most: int | None = None) -> Witness:
        """Fresh watchers for a session on this clock."""
        return cls(Watcher(Place.AGENT_SIDE, clock, most), Watcher(Place.WORLD_SIDE, clock))

    def seen(self, injector: Injector | None) -> Seen:
        """The run as its boundary saw it; the same as its trace would tell."""
        models = [one for one in self.agent.crossed if one.call.kind is Kind.MODEL]
        tools = [one for one in self.agent.crossed if one.call.kind is Kind.TOOL]
        answers = [_answer(one) for one in models]
        return Seen(
            model_calls=len(models),
            tool_calls=tuple((one.call.name, _spelled(one.call.request)) for one in tools),
            ledger=self._ledger(),
            receipts=tuple(_receipts(injector)),
            failures=_failures(self.agent.crossed, models, answers),
            cut_text=_cut_text(models[-1], answers[-1]) if models else None,
            provider_failure=_provider_failure(models[-1], answers[-1]) if models else "",
            input_tokens=_tokens(answers, "input_tokens"),
            output_tokens=_tokens(answers, "output_tokens"),
        )

    def _ledger(self) -> EffectLedger:
        writes = (one for one in self.world.crossed if _writes(one))
        return EffectLedger(tuple(_entry(one) for one in writes))


def _writes(one: Crossed) -> bool:
    call = one.call
    return call.kind is Kind.TOOL and call.effect is Effect.WRITE and ASKED_BACK not in one.outcome.marks


def _entry(one: Crossed) -> LedgerEntry:
    given = one.call.request
    arguments = given if isinstance(given, Mapping) else {"": given}
    return LedgerEntry(
        tool=one.call.name,
        arguments=arguments,
        intent=one.call.intent or f"{one.call.name} {spelling(arguments)}",
        committed=one.outcome.ok and LEFT not in one.outcome.marks and NO_EFFECT not in one.outcome.marks,
    )


def _spelled(given: object) -> str:
    if not isinstance(given, Mapping):
        return repr(given)
    return repr(sorted((str(name), repr(value)) for name, value in given.items()))


def _receipts(injector: Injector | None) -> list[Receipt]:
    return [
        Receipt(fault=one.fault, call=one.call, site=one.site, nth=one.nth)
        for one in (injector.receipts if injector is not None else ())
    ]


def _answer(one: Crossed) -> ModelAnswer | None:
    reply = one.outcome.value
    if not isinstance(reply, HttpReply) or not one.call.dialect:
        return None
    return dialect_named(one.call.dialect).read_answer(reply)


def _failures(
    crossed: Sequence[Crossed], models: Sequence[Crossed], answers: Sequence[ModelAnswer | None]
) -> tuple[str, ...]:
    """The words of each failure as the agent saw them."""
    read = zip(models, answers, strict=True)
    said = {id(one): answer.error.message for one, answer in read if answer is not None and answer.error}
    texts = (str(one.outcome.error) if one.outcome.error else said.get(id(one), "") for one in crossed)
    return tuple(filter(None, texts))


def _cut_text(last: Crossed, answer: ModelAnswer | None) -> str | None:
    reply = last.outcome.value
    if answer is None or answer.error or not isinstance(reply, HttpReply) or reply.status >= 400:
        return None
    broke_off = (last.outcome.error is not None or not answer.complete) and LEFT not in last.outcome.marks
    unsaid = answer.finish is None  # who has said why it stops has said all of its text
    return answer.text if answer.finish is Finish.LENGTH or (broke_off and unsaid) else None


def _provider_failure(last: Crossed, answer: ModelAnswer | None) -> str:
    if LEFT in last.outcome.marks or any(mark.startswith(_FAULT) for mark in last.outcome.marks):
        return ""
    reply = last.outcome.value
    status = reply.status if isinstance(reply, HttpReply) else None
    if status in (400, 413, 422):
        return ""
    said = answer.error.message if answer and answer.error else ""
    if status is not None and status >= 400:
        return f"status {status} {said}".strip()
    error = last.outcome.error
    return f"{type(error).__name__}: {error}" if error is not None else said


def _tokens(answers: Sequence[ModelAnswer | None], field: str) -> int:
    usages = (answer.usage for answer in answers if answer is not None and answer.usage is not None)
    return sum(getattr(usage, field) or 0 for usage in usages)


class Look:
    """Watches one run as a workshop carries it out."""

    def __init__(self, most_calls: int) -> None:
        self._most_calls = most_calls
        self._witness: Witness | None = None
        self.injector: Injector | None = None

    def rooms(self, clock: Clock) -> Iterable[MakeRoom]:
        """The watchers' rooms."""
        witness = self._witness = Witness.of(clock, self._most_calls)
        return (lambda _: witness.agent, lambda _: witness.world)

    def opened(self, active: Active) -> None:
        """Take note of who strikes."""
        self.injector = active.injector

    @property
    def seen(self) -> Seen:
        """The run as its boundary saw it."""
        return self._witness.seen(self.injector) if self._witness is not None else Seen()

    @property
    def crossed(self) -> Sequence[Crossed]:
        """What the agent saw, call by call."""
        return self._witness.agent.crossed if self._witness is not None else ()
