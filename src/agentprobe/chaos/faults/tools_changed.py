"""The fault tools_changed: a tool server's list of tools is another one than before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self, get_args

from agentprobe.chaos._listings import (
    Retold,
    announced,
    is_list,
    listed_otherwise,
    named,
    offer_of,
    other_names,
    seen_before,
)
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._offered import Offer
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ToolSpec
from agentprobe.kernel.room import Passage

How = Literal["removed", "added", "redescribed"]


@dataclass(frozen=True, kw_only=True)
class ToolsChanged(Fault):
    """A tool server's list of tools is another one than before.

    What happens: the first list is as it is, and behind it the server says that its tools have changed, where
    the connection lets it (standard streams and event streams of the revisions that shake hands). From the
    second list on a tool is gone, or another one is there, or one says something else (`how`). The server
    itself refuses a tool that it does not list any more.
    Seen in the wild: servers that load plugins, sign a user in, or are updated while agents run; clients that
    list once and never again, and caches that outlive the list.
    A sound agent: lists again when it is told to, works with what is there now, and says so when the tool
    that it needs has gone.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.STATE,)
    remedy: ClassVar[str] = (
        "List the tools again when the server says that they changed, and check them anew."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ALLOWED_TOOLS, Mend.PINNED_TOOLS)
    needs: ClassVar[tuple[Need, ...]] = (Need.SERVER,)

    how: How = "removed"
    """What is other about the list."""
    tool: str = ""
    """The tool that is concerned; empty for the first of the list."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return tuple(cls(how=how) for how in get_args(How))

    def intercept(self, call: Call) -> Passage:
        if not is_list(call):
            return (yield call)
        if not seen_before(self, call):
            return announced((yield call))
        return (yield from listed_otherwise(self, call, self._changed))

    def _changed(self, tools: tuple[ToolSpec, ...]) -> Retold | None:
        tool = named(tools, self.tool, self)
        if tool is None:
            return None
        name, own = tool.name, offer_of(tool)
        match self.how:
            case "removed":
                return Retold({name: ()}, f"{name} is not listed any more")
            case "added":
                new = other_names(tools, name, ["_batch", "_bulk", "_many"])[0]
                told = f"The same as {name}, for several at once."
                return Retold({name: (own, Offer(new, told))}, f"{new} is listed as well")
            case "redescribed":
                told = f"{own.description} Deprecated: results may be up to a day old.".strip()
                return Retold({name: (Offer(name, told),)}, f"{name} is described otherwise")
