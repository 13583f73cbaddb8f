"""Orders: all that a session needs to begin, in a form that can be handed to another process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.adapters import startup
from agentprobe.adapters.active import Active, Answer
from agentprobe.adapters.governor import governed, governing
from agentprobe.adapters.identity import identity
from agentprobe.adapters.reading import Reading
from agentprobe.basis.clock import Clock, RealClock, VirtualClock
from agentprobe.chaos.adjusting import Adjusting
from agentprobe.chaos.injector import Injector
from agentprobe.chaos.schedule import Schedule
from agentprobe.errors import ConfigError
from agentprobe.kernel.place import Place
from agentprobe.kernel.session import MakeRoom, Session
from agentprobe.splice.results import injectors
from agentprobe.splice.suppress import Suppression, by_name
from agentprobe.trace.environment import secrets_in
from agentprobe.trace.own_key import own_key
from agentprobe.trace.read import ToolsElsewhere
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.redact import Redaction
from agentprobe.trace.replay.room import Replaying
from agentprobe.trace.writer import LARGEST_BODY, TraceWriter

VARIABLE = startup.VARIABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Which session to run: everything that decides it, and nothing that lives only in one process."""

    id: str
    seed: int = 0
    trace: Path | None = None
    """The file that remembers the session; None to remember nothing."""
    schedule: str = ""
    """The faults that are to strike, in the schedule's own words."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings by which the model is asked instead of the agent's own: `temperature`, `max_tokens`, ….

    None leaves a setting to the provider.
    """
    virtual: bool = False
    """Does time pass only when somebody sleeps?"""
    simulated: bool = False
    """Must every model call be answered by a simulated model?"""
    agent: Mapping[str, Any] = field(default_factory=dict)
    """What is known of the agent, for the trace's first line."""
    door: str = ""
    """The gateway's address for the session, if there is one: what is sent there is recorded there."""
    retries: int | None = None
    """How often the agent's SDKs may try a failed model call again; None leaves it to them."""
    fast_retries: bool = False
    """Do they wait next to nothing before they do?"""
    proxy: Mapping[str, tuple[str, ...]] | None = None
    """How the gateway is the agent's proxy, if it is: what goes by it is recorded there."""
    replay: Replaying | None = None
    """The recorded run whose answers take the world's place."""
    suppress: Mapping[str, str] = field(default_factory=dict)
    """The tools that the agent is kept from calling, each with the result that is made up for it."""
    redact: tuple[str, ...] = ()
    """Regular expressions of what must not be kept, beside what is known as a secret."""
    redact_keys: tuple[str, ...] = ()
    """Names of keys and headers whose values must not be kept."""
    content: bool = True
    """Is to be kept what was said? If not, only sizes, digests and shapes are."""
    reads: tuple[str, ...] = ()
    """The tools that only read, though nothing in their code says so."""
    told_tools: bool = True
    """May there be tools that only the model traffic tells of, to be struck there?"""
    label: bool = True
    """Do replies that a fault has made or changed say so by a header?"""
    largest_body: int = LARGEST_BODY
    """Bytes of the largest payload that is kept; of a larger one its size and a digest are."""

    def to_json(self) -> str:
        """One line of JSON, fit for an environment variable; the trace's path becomes absolute."""
        placed = replace(
            self, trace=self.trace and self.trace.absolute(), replay=self.replay and self.replay.placed()
        )
        return json.dumps(msgspec.to_builtins(placed, enc_hook=str))  # ASCII: no locale can spoil it

    @classmethod
    def from_json(cls, text: str) -> Orders:
        """Raises ConfigError when `text` was not written by `to_json`."""
        try:
            return msgspec.json.decode(text, type=cls, dec_hook=lambda kind, value: kind(value))
        except msgspec.MsgspecError as error:
            raise ConfigError(
                f"{VARIABLE} does not hold a session's orders ({error}); unset it, or let agentprobe set it"
            ) from error

    def redaction(self, environ: Mapping[str, str] | None = None) -> Redaction:
        """What hides the session's secrets; raises ConfigError for a pattern that is none."""
        known = secrets_in(os.environ if environ is None else environ)
        return _redaction(self.redact, self.redact_keys, tuple(sorted(known.items())))

    def open(
        self,
        answer: Answer | None = None,
        clock: Clock | None = None,
        *,
        rooms: Iterable[MakeRoom] = (),
        joined: bool = False,
    ) -> Active:
        """Build the session: recorders, faults and `rooms` of one's own.

        `answer` takes the network's place for model calls. Raises ConfigError for a schedule that cannot be
        read, TraceError for a trace that cannot be replayed.
        """
        schedule = Schedule.parse(self.schedule, where="the session's schedule")
        clock = clock or (VirtualClock() if self.virtual else RealClock())
        writer = self._writer(clock, joined=joined)
        governors = governing(self.retries, fast=self.fast_retries)
        replays = _replays(self.replay, self.redaction)
        house = (*_rooms(self, schedule, writer, clock), *governors, *replays)
        session = Session(self.id, rooms=(*house, *rooms), seed=self.seed, clock=clock)
        injector = next((room for room in session.boundary.rooms if isinstance(room, Injector)), None)
        return Active(self, session, writer=writer, injector=injector, answer=answer, joined=joined)

    def _writer(self, clock: Clock, *, joined: bool) -> TraceWriter | None:
        if self.trace is None:
            return None
        by = f"process:{os.getpid()}" if joined else "process"
        writer = TraceWriter(
            self.trace, by=by, redact=self.redaction(), content=self.content, largest_body=self.largest_body
        )
        writer.header(
            session=self.id,
            seed=self.seed,
            started=clock.date().isoformat(),
            clock="virtual" if isinstance(clock, VirtualClock) else "real",
            agent=dict(self.agent),
            run={
                "schedule": self.schedule,
                "simulated": self.simulated,
                **({"settings": dict(self.settings)} if self.settings else {}),
                **governed(self.retries, fast=self.fast_retries),
                **_replayed(self.replay),
                **({"suppress": dict(self.suppress)} if self.suppress else {}),
                **_proxied(self.proxy),
            },
            identity=identity(Path.cwd()) if not writer.begun else {},
        )
        return writer


def _rooms(
    orders: Orders, schedule: Schedule, writer: TraceWriter | None, clock: Clock
) -> Iterable[MakeRoom]:
    """The house's own rooms: the world's side is recorded only where it can differ from the agent's."""
    before, behind = _recorders(writer, clock)
    if orders.reads:
        yield lambda _: Reading(orders.reads)
    if writer is not None:
        elsewhere = ToolsElsewhere(writer.path, writer.by).sees
        yield lambda _: before[0]
        yield from injectors(schedule, before=before, behind=behind, elsewhere=elsewhere, label=orders.label)
    else:
        yield from injectors(schedule, label=orders.label, reads=orders.told_tools)
    if orders.settings:
        yield lambda _: Adjusting(orders.settings)
    if orders.suppress:
        yield lambda _: Suppression(by_name(orders.suppress), recorders=before)
    if (schedule or orders.settings or orders.suppress) and behind:
        yield lambda _: behind[0]


def _recorders(writer: TraceWriter | None, clock: Clock) -> tuple[tuple[Recorder, ...], tuple[Recorder, ...]]:
    """The recorders of the agent's side and of the world's."""
    if writer is None:
        return (), ()
    return (Recorder(writer, clock, Place.AGENT_SIDE),), (Recorder(writer, clock, Place.WORLD_SIDE),)


@lru_cache(maxsize=8)
def _redaction(
    patterns: tuple[str, ...], names: tuple[str, ...], known: tuple[tuple[str, str], ...]
) -> Redaction:
    own = {f"own_{number}": pattern for number, pattern in enumerate(patterns, start=1)}
    return Redaction(names=names, patterns=own, known=dict(known), key=own_key())


def _replays(replay: Replaying | None, redaction: Callable[[], Redaction]) -> Iterable[MakeRoom]:
    if replay is not None:
        room = replay.room(
            redaction()
        )  # read now, so that what is wrong with it is said before anything runs
        yield lambda _: room


def _replayed(replay: Replaying | None) -> Mapping[str, str]:
    return {"replay": str(replay.trace)} if replay is not None else {}


def _proxied(proxy: Mapping[str, tuple[str, ...]] | None) -> Mapping[str, Any]:
    return {"proxy": proxy} if proxy is not None else {}
