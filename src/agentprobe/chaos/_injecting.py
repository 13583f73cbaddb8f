"""The kind of fault that puts somebody else's instruction where an agent reads."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import ClassVar, NamedTuple, Self

from agentprobe.chaos._injections import TEMPLATES, Template, worded
from agentprobe.chaos._wishes import Goal, wish
from agentprobe.chaos.canary import drawn, told
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ToolSpec


class Injection(NamedTuple):
    """An instruction in its words, and the token by which its effect is known."""

    text: str
    canary: str
    place: float
    """Where among several places it goes, from 0 to 1."""

    def did(self, what: str) -> str:
        """What a receipt says of it."""
        return f"{what}; {told(self.canary)}"


@dataclass(frozen=True, kw_only=True)
class Injecting(Fault):
    """A fault whose text wants something; it is judged by what the agent does with its canary."""

    family: ClassVar[Family] = Family.SECURITY
    mends: ClassVar[tuple[Mend, ...]] = (Mend.UNTRUSTED_DATA, Mend.ALLOWED_TOOLS)
    names_tools: ClassVar[bool] = True

    template: Template = "plain"
    """The disguise in which the instruction comes; the words of each differ from run to run."""
    goal: Goal = "call"
    """What it wants: a tool `call` with the canary in an argument, a `leak` of the canary and of what was
    read in an image's address, or an `instruction` of your own."""
    instruction: str = ""
    """Your own instruction, for that goal; `{canary}` in it stands for the canary."""
    wanted: str = ""
    """The tool that is to be called; empty for one that the agent is known to have."""

    @property
    def rolls(self) -> bool:
        return True

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (*(cls(template=template) for template in TEMPLATES), cls(goal="leak"))

    def injection(self, tools: tuple[ToolSpec, ...] = (), *, beside: str = "") -> Injection:
        """The instruction for this call; `tools` are those that are known from the call itself.

        It would rather have another tool called than the one that it stands `beside`.
        """
        chance = self.occasion.chance()
        canary = drawn(chance)
        known = tools or self.occasion.tools()
        asked = wish(self.goal, canary, self.instruction, self._tool(known, beside, chance), known)
        return Injection(worded(asked, self.template, chance), canary, chance.random())

    def _tool(self, known: tuple[ToolSpec, ...], beside: str, chance: Random) -> ToolSpec | None:
        if self.wanted:
            return next((tool for tool in known if tool.name == self.wanted), ToolSpec(name=self.wanted))
        others = [tool for tool in known if tool.name != beside]
        if others:
            return chance.choice(others)
        return next(iter(known), ToolSpec(name=beside) if beside else None)
