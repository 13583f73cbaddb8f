"""The fault cold_start: nobody has asked for a while, and nothing is warm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from agentprobe.chaos._bodies import rewritten
from agentprobe.chaos._replies import good_reply, spoken_in
from agentprobe.chaos._wire import patience_of, plain
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import TimedOut
from agentprobe.kernel.room import Passage, Wait

_USAGES = ("usage", "usageMetadata")
_HOLDERS = ("response", "message")
"""In what the frames of some protocols tell their usage."""
_DETAILS = ("prompt_tokens_details", "input_tokens_details")
_READ, _WRITTEN = "cache_read_input_tokens", "cache_creation_input_tokens"
_GEMINIS = ("cachedContentTokenCount", "cacheTokensDetails")


@dataclass(frozen=True, kw_only=True)
class ColdStart(Fault):
    """Nobody has asked for a while, and nothing is warm.

    What happens: the session's first model call begins to be answered only after `seconds`, and none of its
    prompt comes from the provider's cache: the usage counts no cached tokens, and the whole prompt is paid
    for. A caller whose patience is shorter gives up before. All later calls stay as they are.
    Seen in the wild: the first user of the morning, a model server that loads its weights, functions that
    were scaled down to none, a cache that lives for five minutes.
    A sound agent: has a timeout that the first call fits in, asks once and not twice, and reckons its cost
    without the cache.
    """

    family: ClassVar[Family] = Family.SETTINGS
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    waits: ClassVar[bool] = True
    remedy: ClassVar[str] = (
        "Give the first call a longer timeout than the others, and warm up before users come."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DEADLINE, Mend.BUDGET)

    seconds: Annotated[float, Meta(ge=0, le=86400)] = 20.0
    """How long the first call waits for its answer to begin."""

    def intercept(self, call: Call) -> Passage:
        if not self._is_first():
            return (yield call)
        patience = patience_of(call)
        if patience is not None and patience <= self.seconds:
            self.occasion.tell(f"cold for {self.seconds:g} s, past the caller's {patience:g} s")
            yield Wait(patience)
            return self.marked(Outcome(error=TimedOut(patience)))
        self.occasion.tell(f"cold for {self.seconds:g} s, and nothing cached")
        yield Wait(self.seconds)
        return self.marked(_uncached(call, (yield call.hold())))

    def _is_first(self) -> bool:
        notes = self.occasion.notes
        with notes.lock:
            first = "asked" not in notes
            notes["asked"] = True
        return first


def _uncached(call: Call, outcome: Outcome) -> Outcome:
    """The outcome without cached tokens in its usage; the same one where it tells of none."""
    reply, dialect = good_reply(outcome), spoken_in(call)
    readable = plain(reply) if reply is not None else None
    if readable is None or dialect is None:
        return outcome
    usage = dialect.read_answer(readable).usage
    if usage is None or not usage.cached_tokens:
        return outcome
    return replace(outcome, value=rewritten(readable, dialect, _paid))


def _paid(told: dict[str, Any]) -> dict[str, Any]:
    """An object of an answer in which nothing came from the cache."""
    changed = dict(told)
    for holder, usage in _told_in(changed):
        holder[usage] = _all_paid(holder[usage])
    return changed


def _told_in(told: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for name in _HOLDERS:
        if isinstance(told.get(name), dict):
            told[name] = dict(told[name])
            yield from _told_in(told[name])
    yield from ((told, name) for name in _USAGES if isinstance(told.get(name), dict))


def _all_paid(usage: dict[str, Any]) -> dict[str, Any]:
    paid = {name: value for name, value in usage.items() if name not in _GEMINIS}
    for name in _DETAILS:
        if isinstance(paid.get(name), dict) and "cached_tokens" in paid[name]:
            paid[name] = {**paid[name], "cached_tokens": 0}
    if paid.get(_READ):
        paid[_WRITTEN] = (paid.get(_WRITTEN) or 0) + paid[_READ]
        paid[_READ] = 0
    return paid
