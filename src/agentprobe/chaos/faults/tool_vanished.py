"""The fault tool_vanished: a tool is not there any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._listings import Retold, listed_otherwise, named
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ToolSpec
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ToolVanished(Fault):
    """A tool is not there any more.

    What happens: a tool server does not list the tool, and refuses calls of it in its own words. Aimed at the
    model, the request does not offer it; the only tool of a request, and one that the model is made to call,
    stay, since providers refuse such requests.
    Seen in the wild: a plugin that failed to load, a right that was taken away, a feature that is switched
    off for one customer; models that then promise what nobody can do, or do it by another tool.
    A sound agent: says what it cannot do, and neither invents the result nor uses a tool that does something
    else.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.STATE, Kind.MODEL)
    remedy: ClassVar[str] = "Check at the start that the tools of the task are there, and hand over when not."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ESCALATION, Mend.VERIFICATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOLS,)

    tool: str = ""
    """The tool that is gone; empty for the first one."""

    def intercept(self, call: Call) -> Passage:
        return (yield from listed_otherwise(self, call, self._without))

    def _without(self, tools: tuple[ToolSpec, ...]) -> Retold | None:
        tool = named(tools, self.tool, self)
        return Retold({tool.name: ()}, f"{tool.name} is not there") if tool is not None else None
