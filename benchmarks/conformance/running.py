"""Runs cells: each a session of its own at the real gateway, with the simulated model behind it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from agentprobe.adapters.orders import Orders
from agentprobe.dialects import dialect_named
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import HttpRequest
from agentprobe.gateway.background import BackgroundGateway
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage
from agentprobe.sim.engine import SimulatedModel
from conformance.clerk import Clerk
from conformance.column import Caller, Silent, Stuck
from conformance.facts import DONE, Cell, Error, Facts, Point


@dataclass
class Asked:
    """The room that counts how often each of the two answers is asked for."""

    counts: Counter[Point] = field(default_factory=Counter)
    streamed: set[bool] = field(default_factory=set)
    """Were streamed answers asked for, or whole ones?"""
    place: ClassVar[Place] = Place.AGENT_SIDE
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def intercept(self, call: Call) -> Passage:
        if call.kind is Kind.MODEL and isinstance(call.request, HttpRequest):
            body = plain_request(call.request)
            with self._lock:
                self.counts[Point.ANSWER if DONE.encode() in body else Point.CALL] += 1
                self.streamed.add(dialect_named(call.dialect).read_request(body, call.request.target).stream)
        return (yield call)


def run(cell: Cell, caller: Caller, gateway: BackgroundGateway) -> Facts:
    """Have the caller carry out the task while the cell's fault strikes.

    Its patience is cut short only where the fault is silence, so that a busy machine is never taken for that.
    """
    caller.begin()
    try:
        facts = _run(cell, caller, gateway, patient=True)
    except Silent:
        caller.recover()
        caller.begin()
        facts = _run(cell, caller, gateway, patient=False)
    if facts.hung and not facts.as_wished:  # it never got so far as to ask: no finding, but a slow beginning
        caller.end()
        caller.begin()
        return _run(cell, caller, gateway, patient=False)
    return facts


def _run(cell: Cell, caller: Caller, gateway: BackgroundGateway, *, patient: bool) -> Facts:
    asked = Asked()
    orders = Orders(id=cell.name, schedule=cell.schedule, virtual=True, simulated=True)
    active = orders.open(SimulatedModel(Clerk()).pieces, rooms=[lambda _: asked])
    door = gateway.open_session(active, {})
    told: Mapping[str, Any] = {}
    stuck = None
    try:
        silence = active.session.clock.now if patient else None
        told = caller.ask(door, streamed=cell.streamed, asked=asked.counts.total, silence=silence)
    except Stuck as met:
        stuck = met
    finally:
        gateway.close_session(door, 0.0)
    if stuck is not None:
        caller.recover()
    error = told.get("error")
    return Facts(
        struck=len(active.injector.receipts) if active.injector is not None else 0,
        asked=asked.counts[cell.point],
        as_wished=asked.streamed == {cell.streamed},
        waited=round(told.get("slept", 0.0) + active.session.clock.now(), 1),
        answer=told.get("answer"),
        error=Error(**error) if error is not None else None,
        executed=tuple(told.get("executed", ())),
        hung=stuck is not None and not stuck.died,
        died=stuck is not None and stuck.died,
        seconds=told.get("seconds", 0.0),
    )
