"""The fault tool_renamed: a tool has another name than the agent knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._listings import Retold, listed_otherwise, named, offer_of, other_names
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ToolSpec
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ToolRenamed(Fault):
    """A tool has another name than the agent knows.

    What happens: a tool server lists the tool under a new name, takes calls under that one, and refuses the
    old one in its own words. Aimed at the model, the request offers the tool under the new name, so that the
    model calls one that the agent's own code does not have; its earlier calls keep the old name.
    Seen in the wild: releases of servers, prefixes that a gateway adds, registries of tools and code that are
    deployed apart; agents with names in their prompts, their filters and their lists of what needs approval.
    A sound agent: takes names from the list that it got, answers a call of a tool that it does not have with
    an error that names those that it has, and lets no approval pass to a name that nobody approved.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.STATE, Kind.MODEL)
    remedy: ClassVar[str] = (
        "Take the names of tools from where they are listed, and tell the model of unknown ones."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ALLOWED_TOOLS, Mend.PINNED_TOOLS)
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOLS,)

    tool: str = ""
    """The tool that is renamed; empty for the first one."""
    to: str = ""
    """Its new name; empty for the old one with a version behind it."""

    def intercept(self, call: Call) -> Passage:
        return (yield from listed_otherwise(self, call, self._renamed))

    def _renamed(self, tools: tuple[ToolSpec, ...]) -> Retold | None:
        tool = named(tools, self.tool, self)
        if tool is None:
            return None
        new = self.to or other_names(tools, tool.name, ["_v2", "_v3", "_next"])[0]
        return Retold({tool.name: (offer_of(tool)._replace(name=new),)}, f"{tool.name} is called {new}")
