"""What an undisturbed run offers to faults: which of them can strike it, and at which of its calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.chaos.strike import ANY_TOOL, MODEL, STATE, Strike
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Kind
from agentprobe.domain.model import Message, ModelRequest
from agentprobe.errors import Malformed
from agentprobe.lab.chaos.shot import Used
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.tools import PROCESS
from agentprobe.trace.view import Trace

_OUTAGES = (Family.TRANSPORT, Family.PROVIDER)
_FOR_WRITES = (Family.DELIVERY,)


def used_in(trace: Trace) -> tuple[Used, ...]:
    """The calls of a recorded run, each with what it offers."""
    models = [_model(call, nth) for nth, call in enumerate(trace.model_calls, 1)]
    seen: Counter[str] = Counter()
    tools = []
    writes = {effect.tool for effect in trace.ledger().effects}
    for use in trace.tool_calls:
        seen[use.name] += 1
        tools.append(
            Used(
                site=f"{ANY_TOOL}:{use.name}",
                nth=seen[use.name],
                ok=not use.error,
                write=use.name in writes or use.seen != PROCESS,
                name=use.name,
                server=use.call is not None and use.call.record.via.startswith("mcp:"),
                in_process=use.seen == PROCESS,
            )
        )
    asked = [call for call in trace.calls if call.kind is Kind.STATE]
    states = [
        Used(site=call.site, nth=call.record.nth, ok=not call.failed, server=True, name=call.name)
        for call in asked
    ]
    return (*models, *tools, *states)


def _model(call: TracedCall, nth: int) -> Used:
    request, answer = _request(call), call.answer
    return Used(
        site=MODEL,
        nth=nth,
        ok=not call.failed,
        name=answer.tool_calls[0].name if answer and answer.tool_calls else "",
        wishes=len(answer.tool_calls) if answer else 0,
        told=_told(request.messages) if request else 0,
        turns=sum(message.role != "system" for message in request.messages) if request else 0,
        system=bool(request and request.system),
        tools=bool(request and request.tools),
        stream=bool(request and request.stream),
    )


def _request(call: TracedCall) -> ModelRequest | None:
    try:
        return dialect_named(call.record.dialect).read_request(call.request_bytes, call.target)
    except Malformed:
        return None


def _told(messages: Sequence[Message]) -> int:
    """The most results that a request tells of one answer."""
    most = run = 0
    for message in messages:
        run = run + len(message.results) if message.results else 0
        most = max(most, run)
    return most


@dataclass(frozen=True)
class Reach:
    """What can be struck in runs like these."""

    used: tuple[Used, ...]

    def strikes(self, forms: Iterable[Fault]) -> tuple[Strike, ...]:
        """Each form of a fault at the calls where it tells most; of those that cannot strike, nothing."""
        found = [strike for form in forms for strike in self._aimed(form)]
        return tuple({str(strike): strike for strike in found}.values())

    def _aimed(self, form: Fault) -> Iterator[Strike]:
        if Kind.MODEL in form.strikes:
            yield from self._at_models(form)
        if Kind.TOOL in form.strikes:
            yield from self._at_tools(form)
        if Kind.STATE in form.strikes:
            sites = dict.fromkeys(one.site for one in self.used if one.site.startswith(STATE))
            yield from (Strike(fault=form, site=site) for site in sites if site.endswith("tools/list"))

    # -- model calls -----------------------------------------------------------------------------------

    def _at_models(self, form: Fault) -> Iterator[Strike]:
        able = [one for one in self._moments if _meets(one, form.needs)]
        if not able:
            return
        first = able[0].nth
        if form.family in (Family.SETTINGS, Family.LOAD, Family.SECURITY):
            yield Strike(fault=form, site=MODEL)
        elif form.family is Family.CONTEXT or _is_of_results(form):
            # what the model is told decides which write it asks for, and what it says of it afterwards
            yield _from(form, MODEL, min(one.nth for one in able[:2]))
        elif form.lasting:
            yield _from(form, MODEL, first)
        elif form.family in _OUTAGES:
            yield _once(form, MODEL, first)
            yield _from(form, MODEL, first)
        else:
            yield from (_once(form, MODEL, one.nth) for one in able[:2])

    @cached_property
    def _moments(self) -> list[Used]:
        """The model calls that tell most, the most telling first.

        These are the one after a write (whoever begins anew there does the write again), the one that asks
        for a write, the last one, and the first.
        """
        models = [one for one in self.used if one.site == MODEL]
        writes = {one.name for one in self.used if one.site.startswith(ANY_TOOL) and one.write}
        wishing = [one for one in models if one.name in writes] or [one for one in models if one.wishes]
        behind = [one for one in models if wishing and one.nth > wishing[0].nth]
        picked = [*behind[:1], *wishing[:1], *models[-1:], *models]
        return list({one.nth: one for one in picked}.values())

    # -- tools -----------------------------------------------------------------------------------------

    def _at_tools(self, form: Fault) -> Iterator[Strike]:
        tools = [one for one in self.used if one.site.startswith(ANY_TOOL) and _meets(one, form.needs)]
        times = Counter(one.site for one in tools)
        writes = {one.site for one in tools if one.write}
        for site in times:
            if form.family in _FOR_WRITES and site not in writes:
                continue
            if Need.EARLIER in form.needs:
                if times[site] > 1:
                    yield _from(form, site, 2)
            elif form.lasting:
                yield Strike(fault=form, site=site)
            elif form.family is Family.TOOL and site not in writes:
                yield _once(form, site, 1)
                yield Strike(fault=form, site=site)
            else:
                yield _once(form, site, 1)


def _once(form: Fault, site: str, nth: int) -> Strike:
    return Strike(fault=form, site=site, first=nth, last=nth)


def _from(form: Fault, site: str, nth: int) -> Strike:
    return Strike(fault=form, site=site, first=nth)


def _is_of_results(form: Fault) -> bool:
    """Does it change what a request tells of results, which every later request tells again?"""
    return form.family is Family.DELIVERY and any(n in form.needs for n in (Need.PARALLEL, Need.RESULTS))


def _meets(one: Used, needs: Sequence[Need]) -> bool:
    return all(_HAS[need](one) for need in needs)


_HAS: Mapping[Need, Callable[[Used], bool]] = {
    Need.STREAM: lambda one: one.stream,
    Need.TOOL_CALL: lambda one: one.wishes > 0,
    Need.PARALLEL: lambda one: one.told > 1,
    Need.RESULTS: lambda one: one.told > 0,
    Need.HISTORY: lambda one: one.turns > 1,
    Need.SYSTEM: lambda one: one.system,
    Need.TOOLS: lambda one: one.tools,
    Need.SERVER: lambda one: one.server,
    Need.IN_PROCESS: lambda one: one.in_process,
    Need.EARLIER: lambda one: True,
}


def together(a: Strike, b: Strike) -> bool:
    """Can two strikes tell anything in one run? Those at the same call hide each other."""
    if not _same_site(a.site, b.site):
        return True
    if a.since is not None or b.since is not None or a.counts or b.counts:
        return True
    return _ends_before(a, b) or _ends_before(b, a)


def _same_site(a: str, b: str) -> bool:
    return a == b or (ANY_TOOL in (a, b) and a.startswith(ANY_TOOL) and b.startswith(ANY_TOOL))


def _ends_before(a: Strike, b: Strike) -> bool:
    return a.last is not None and a.last < b.first
