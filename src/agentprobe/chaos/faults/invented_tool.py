"""The fault invented_tool: the model calls a tool that there is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, count
from typing import ClassVar

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos._arguments import with_call
from agentprobe.chaos.family import Need
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class InventedTool(ChangedAnswer):
    """The model calls a tool that there is not.

    What happens: the answer's last tool call names a tool that was never offered: one that sounds like the
    tool it meant, or `tool`. Its arguments and all else stay. A name that is offered changes nothing.
    Seen in the wild: tools that the model knows from elsewhere, names under a prefix of the model's training,
    tools that an earlier turn still had. Frameworks raise a KeyError from within, or tell the model.
    A sound agent: tells the model which tools there are, a bounded number of times, and runs nothing else.
    """

    remedy: ClassVar[str] = (
        "Answer a call of an unknown tool with the names of the known ones, twice at most."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ALLOWED_TOOLS, Mend.ERROR_HANDLING)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOL_CALL,)

    tool: str = ""
    """What is called; empty for a name that sounds like the tool that was meant."""

    def change(self, heard: Heard) -> Change | None:
        calls = heard.answer.tool_calls
        offered = {tool.name for tool in heard.request.tools}
        if not calls or self.tool in offered:
            return None
        name = self.tool or _like(calls[-1].name, offered)
        changed = with_call(heard.answer, len(calls) - 1, replace(calls[-1], name=name))
        return Change(changed, f"{name} was called in place of {calls[-1].name}")


def _like(name: str, offered: set[str]) -> str:
    """A name near to one, that no tool has."""
    near = chain((f"{name}_v2", f"execute_{name}"), (f"{name}_v{number}" for number in count(3)))
    return next(one for one in near if one not in offered)
