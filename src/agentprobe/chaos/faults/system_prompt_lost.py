"""The fault system_prompt_lost: the model is asked without its instructions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._asked import Asked, told_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._conversation import Conversation
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class SystemPromptLost(Fault):
    """The model is asked without its instructions.

    What happens: the system prompt is not in the request, wherever the protocol has it (a field, turns of the
    system or the developer, or both). All else stays.
    Seen in the wild: a compaction that drops whatever is oldest, a handoff to an agent that inherits the
    conversation alone, a template whose file was not found.
    A sound agent: has its limits where no prompt is needed to keep them: in the rights of its tools, and in
    checks before a write.
    """

    family: ClassVar[Family] = Family.CONTEXT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Enforce limits in the tools, and refuse to ask a model without its instructions."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CONTEXT_LIMIT, Mend.ALLOWED_TOOLS)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.SYSTEM,)

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, self._without))

    def _without(self, told: Conversation) -> Asked:
        return Asked(told.without_system(), f"a system prompt of {len(told.prompt)} characters is gone")
