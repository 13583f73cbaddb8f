"""One crossing of the boundary: what the agent asked for, and what came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from agentprobe.errors import AgentStopped


class Kind(StrEnum):
    """What the agent turned to."""

    MODEL = "model"
    TOOL = "tool"
    STATE = "state"


class Effect(StrEnum):
    """What a call does to the world; unknown tools count as writes."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the agent asks of the world, in one crossing."""

    kind: Kind
    name: str
    """The model's or the tool's name."""
    request: Any = None
    """A model call's HttpRequest; a tool call's arguments."""
    effect: Effect = Effect.READ
    dialect: str = ""
    """The provider protocol of a model call, by its name in the catalogue."""
    path: str = ""
    """Who asked: the names of the calls this one happened in, outermost first."""
    id: str = ""
    """This crossing's name within its session; given by the boundary."""
    nth: int = 0
    """The how-manieth crossing at this site, from 1; given by the boundary."""
    purpose: str = ""
    """Who asks when the agent does not: the house ("verify"), or a tool server that turns to it ("server").

    Such calls are neither counted nor struck by faults.
    """
    held: bool = False
    """Must a streamed answer arrive whole before the agent sees any of it?"""
    held_if_refused: bool = False
    """Must it if its status says that it is a refusal?"""
    intent: str = ""
    """What a write is meant to bring about, once: its idempotency key, or tool and arguments."""
    ref: str = ""
    """The provider's id of a tool call, where it is known."""
    via: str = ""
    """What led it into the corridor, where that matters: `mcp:NAME` for what goes to a tool server."""

    @property
    def site(self) -> str:
        """Where in the agent's world this call goes: `model`, or `tool:NAME`."""
        return "model" if self.kind is Kind.MODEL else f"{self.kind.value}:{self.name}"

    def numbered(self, id: str, nth: int) -> Call:
        """The same call with its place in the session; an id that it has already stays."""
        return Call(  # spelled out: dataclasses.replace takes twice as long, on every call there is
            kind=self.kind,
            name=self.name,
            request=self.request,
            effect=self.effect,
            dialect=self.dialect,
            path=self.path,
            id=self.id or id,
            nth=nth,
            purpose=self.purpose,
            held=self.held,
            held_if_refused=self.held_if_refused,
            intent=self.intent,
            ref=self.ref,
            via=self.via,
        )

    def hold(self) -> Call:
        """The same call, asking for the whole answer before the agent sees any of it.

        A room that must judge, change or repeat a streamed answer yields `call.hold()`.
        """
        return self if self.held else replace(self, held=True)

    def hold_refusals(self) -> Call:
        """The same call, asking for the whole answer first where its status is 400 or more.

        A room that changes what a provider refuses with yields this; good answers stay live.
        """
        return self if self.held or self.held_if_refused else replace(self, held_if_refused=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came back: a value or an error, and who touched it on the way.

    A reply that broke off has both: the part that came, and why there is no more.
    """

    value: Any = None
    error: BaseException | None = None
    marks: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Did the world answer?"""
        return self.error is None

    def marked(self, mark: str) -> Outcome:
        """The same outcome with one more mark: `room:what`."""
        return replace(self, marks=(*self.marks, mark))

    def unwrap(self) -> Any:
        """The value, or the error raised: how an outcome looks at the agent's end."""
        if self.error is not None:
            raise self.error
        return self.value

    @classmethod
    def of(cls, act: Callable[[], Any]) -> Outcome:
        """What became of a function: failures of the world become values, all others pass."""
        try:
            value = act()
            return value if isinstance(value, Outcome) else cls(value=value)
        except (Exception, AgentStopped) as error:  # noqa: BLE001 - the world may fail in any way it likes
            return cls(error=error)


NOTHING = Outcome()
"""What a step that brings nothing back answers with."""
ASKED_BACK = "mcp:input_required"
"""The mark of a tool's answer that is none yet: it wants to know more before it does anything."""
TOOLS_CHANGED = "mcp:tools_changed"
"""The mark of a list of tools after which its server says that it has another one by now."""
LEFT = "agent:left"
"""The mark of an answer that the agent stopped listening to."""
STEERED = "agent:steered"
"""The mark of an exception by which a tool told its framework what to do next, and that is no failure."""
NO_EFFECT = "tool:unchanged"
"""The mark of a write that has changed nothing, as its tool says: it was done before."""
TOLD = "told"
"""The purpose of a tool call that only the model traffic tells of: its result is known when it is made."""
SHADOW = "shadow"
"""The purpose of what is done in a suppressed tool's place: its call, and asking the model again."""
