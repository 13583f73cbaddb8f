"""The fault parallel_calls_switched: whether several tools may be called at once is otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from agentprobe.chaos._asked import Asked, asked_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ParallelCallsSwitched(Fault):
    """Whether several tools may be called at once is otherwise.

    What happens: the request allows the model to call several tools in one answer, or one at most
    (`allowed`), in the provider's own words. A request that says so already stays as it is, and so does one
    that says nothing where the provider allows it anyway. Gemini and Ollama have no such setting.
    Seen in the wild: a default that differs between models and between two versions of one framework; agents
    that were built with one call an answer and take only the first of three, or carry out two writes at once.
    A sound agent: carries out every call of an answer, each with its own result, however many come.
    """

    family: ClassVar[Family] = Family.SETTINGS
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    lasting: ClassVar[bool] = True
    remedy: ClassVar[str] = (
        "Say in each request whether several calls are allowed, and handle several in any case."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.PINNED_SETTINGS, Mend.CORRELATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOLS,)

    allowed: bool = True
    """May several be called?"""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(allowed=False))

    def intercept(self, call: Call) -> Passage:
        return (yield from asked_otherwise(self, call, self._switched))

    def _switched(self, body: bytes, dialect: Dialect) -> Asked | None:
        asked = dialect.read_request(body)
        before = asked.settings.parallel_tool_calls
        if not asked.tools or self.allowed == (before is not False):
            return None
        changed = dialect.adjusted(body, {"parallel_tool_calls": self.allowed})
        return Asked(changed, f"parallel tool calls are {'allowed' if self.allowed else 'forbidden'}")
