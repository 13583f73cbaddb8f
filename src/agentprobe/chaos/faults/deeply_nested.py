"""The fault deeply_nested: what a tool gave lies under many layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend

_LAYERS = ("data", "result", "item", "value")


@dataclass(frozen=True, kw_only=True)
class DeeplyNested(Reshaping):
    """What a tool gave lies under many layers.

    What happens: the record or list that the tool gave stands whole, but `depth` records deep. Plain text,
    numbers and empty results stay as they are.
    Seen in the wild: gateways that wrap what wraps already, trees of comments and categories, a cycle that
    somebody has unrolled. Parsers and redactors that call themselves fail here, and models lose the thread.
    A sound agent: refuses what does not fit the schema it expects, says so, and does not crash.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Check results against a schema, and bound how deep anything is read."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.CONTEXT_LIMIT)

    depth: Annotated[int, Meta(ge=1, le=400)] = 100
    """Under how many records it lies."""

    @property
    def did(self) -> str:
        return f"the result lies {self.depth} layers deep"

    def changed(self, value: Any) -> Any:
        if not isinstance(value, dict | list) or not value:
            return UNCHANGED
        for layer in range(self.depth):
            value = {_LAYERS[layer % len(_LAYERS)]: value}
        return value
