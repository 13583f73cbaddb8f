"""The fault poisoned_description: a tool's description carries an instruction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._injecting import Injecting
from agentprobe.chaos._listings import Retold, kept, listed_otherwise, named, offer_of
from agentprobe.chaos.family import Need
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ToolSpec
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class PoisonedDescription(Injecting):
    """A tool's description carries an instruction.

    What happens: behind what a tool says of itself stands an instruction for whoever reads it (`goal`), in
    one of several disguises (`template`); the words and the canary in them are the session's own and stay the
    same in all of it. It stands in the list of a tool server or, aimed at the model, in the tools that a
    request offers.
    Seen in the wild: tool servers of others, installed by name; their descriptions enter the prompt of every
    turn, are shown to nobody, and are obeyed without the tool ever being called.
    A sound agent: lets no description start a call, shows descriptions to whoever approves a tool, and gives
    a server's tools no data that they have no need of.
    """

    strikes: ClassVar[tuple[Kind, ...]] = (Kind.STATE, Kind.MODEL)
    remedy: ClassVar[str] = (
        "Approve tools by the digest of their descriptions, and allow calls by the task alone."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.PINNED_TOOLS, Mend.UNTRUSTED_DATA, Mend.ALLOWED_TOOLS)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOLS,)

    tool: str = ""
    """The tool whose description it is; empty for the first one."""

    def intercept(self, call: Call) -> Passage:
        return (yield from listed_otherwise(self, call, self._poisoned))

    def _poisoned(self, tools: tuple[ToolSpec, ...]) -> Retold | None:
        tool = named(tools, self.tool, self)
        return kept(self, tool, lambda: self._told(tool, tools)) if tool is not None else None

    def _told(self, tool: ToolSpec, tools: tuple[ToolSpec, ...]) -> Retold:
        found = self.injection(tools, beside=tool.name)
        told = "\n\n".join(part for part in (tool.description, found.text) if part)
        did = found.did(f"an instruction ({self.template}, {self.goal}) in the description of {tool.name}")
        return Retold({tool.name: (offer_of(tool)._replace(description=told),)}, did)
