"""What a fault is: a named misbehaviour of the world, with its settings, as a room of the corridor."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from agentprobe.basis.catalogue import Catalogue
from agentprobe.basis.clock import Clock, VirtualClock
from agentprobe.basis.dice import Dice
from agentprobe.chaos._known_tools import no_tools
from agentprobe.chaos._settings import check_settings, settings_of
from agentprobe.chaos.family import Family, Need
from agentprobe.domain.call import Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ToolSpec
from agentprobe.kernel.place import Place

if TYPE_CHECKING:
    from random import Random

    from agentprobe.domain.call import Call
    from agentprobe.kernel.room import Passage


NO_DICE = Dice(0)


def _nobody(did: str) -> None:
    """Where a fault that stands alone says what it did."""


class Notes(dict[str, Any]):
    """What one strike keeps in mind from call to call of a session; hold `lock` to change it."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Occasion:
    """What a fault is given when it strikes a call: chance, the past, and somebody to tell what it did."""

    dice: Dice = NO_DICE
    address: tuple[object, ...] = ()
    earlier: Outcome | None = None
    """What the world answered when this tool was last called in the session; None for a first call."""
    asked_earlier: Any = None
    """What the tool was asked then."""
    tell: Callable[[str], None] = _nobody
    notes: Notes = field(default_factory=Notes)
    """What this strike has noted at earlier calls of the session."""
    clock: Clock = field(default_factory=VirtualClock)
    """The session's clock."""
    tools: Callable[[], tuple[ToolSpec, ...]] = no_tools
    """The tools that the agent is known to have."""
    due: bool = True
    """Does the schedule strike this call? If not, it is only met for what was begun at an earlier one."""

    def chance(self) -> Random:
        """The stream of chance that belongs to this strike and this call."""
        return self.dice.at(*self.address)


@dataclass(frozen=True, kw_only=True)
class Fault(ABC):
    """A misbehaviour of the world; its fields are its settings, its docstring is its page.

    A fault that can change nothing about a call (no tool call to cut, no earlier answer) returns the outcome
    as it came, without a mark: it did not fire.
    """

    name: ClassVar[str]
    """The name of its file."""
    strikes: ClassVar[tuple[Kind, ...]]
    """The kinds of calls that it can happen to."""
    family: ClassVar[Family]
    """Where it belongs."""
    remedy: ClassVar[str]
    """In one sentence, what mends an agent that falls for it."""
    mends: ClassVar[tuple[Mend, ...]]
    """The same as a guard would be told it, the best first."""
    needs: ClassVar[tuple[Need, ...]] = ()
    """What a call must have for it to be able to do anything."""
    lasting: ClassVar[bool] = False
    """Is asking again of no use, since what is wrong stays so?"""
    remembers: ClassVar[bool] = False
    """Does it need to know what the tool answered before?"""
    follows: ClassVar[bool] = False
    """Must it meet the calls behind one that it struck as well, because something is still to come of it?"""
    names_tools: ClassVar[bool] = False
    """Does it need to know which tools the agent has?"""
    waits: ClassVar[bool] = False
    """Does it let time pass before the call is made?"""
    kills: ClassVar[bool] = False
    """Does it end the agent's process?"""
    costly: ClassVar[bool] = False
    """Does it make a run dear by itself, so that its tokens are not the agent's doing?"""
    telling: ClassVar[bool] = False
    """Is it among the few that every change of an agent should stand?"""
    place: ClassVar[Place] = Place.INJECT

    occasion: Occasion = field(default_factory=Occasion, repr=False, compare=False)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.name = cls.__module__.rpartition(".")[2]

    def __post_init__(self) -> None:
        check_settings(type(self), {name: getattr(self, name) for name in settings_of(type(self))})

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """The forms of it that a campaign tries, each for itself; the defaults where one form says all."""
        return (cls(),)

    @property
    def rolls(self) -> bool:
        """Does it throw dice once it strikes?"""
        return False

    @abstractmethod
    def intercept(self, call: Call) -> Passage:
        """Let the call through, or not, and spoil what comes back."""

    def on(self, occasion: Occasion) -> Self:
        """The same fault, made ready for one call."""
        return replace(self, occasion=occasion)

    def struck(self, outcome: Outcome, did: str) -> Outcome:
        """Mark what was spoilt and say in a few words how."""
        self.occasion.tell(did)
        return self.marked(outcome)

    def marked(self, outcome: Outcome) -> Outcome:
        """Mark an outcome whose spoiling was told before."""
        return outcome.marked(f"fault:{self.name}")

    def answered(self, value: Any, outcome: Outcome, did: str) -> Outcome:
        """The outcome with another value, marked."""
        return self.struck(replace(outcome, value=value), did)


FAULTS: Catalogue[Fault] = Catalogue(
    "agentprobe.chaos.faults",
    Fault,  # type: ignore[type-abstract]  # only its concrete subclasses are ever made
    "fault",
)
