"""The fault prod_top_p: the model chooses among as many words as it does in production."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._asked import Asked, asked_otherwise
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ProdTopP(Fault):
    """The model chooses among as many words as it does in production.

    What happens: the request's `top_p` becomes another. A request that says none has the provider's default
    already, and stays as it is.
    Seen in the wild: a narrow choice that made a demonstration repeatable, and that a gateway, a router or
    another model does not take over.
    A sound agent: passes with production's setting, again and again.
    """

    family: ClassVar[Family] = Family.SETTINGS
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    lasting: ClassVar[bool] = True
    remedy: ClassVar[str] = "Set top_p in one place for all environments, or nowhere, and test with that."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.PINNED_SETTINGS, Mend.SCHEMA_CHECK)

    top_p: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Production's share of the likeliest words."""

    def intercept(self, call: Call) -> Passage:
        return (yield from asked_otherwise(self, call, self._wider))

    def _wider(self, body: bytes, dialect: Dialect) -> Asked | None:
        before = dialect.read_request(body).settings.top_p
        if before is None or before == self.top_p:
            return None
        return Asked(dialect.adjusted(body, {"top_p": self.top_p}), f"top_p {before:g} became {self.top_p:g}")
