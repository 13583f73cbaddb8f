"""The fault prod_temperature: the model answers as freely as it does in production."""

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
class ProdTemperature(Fault):
    """The model answers as freely as it does in production.

    What happens: the request's temperature becomes `temperature`. A request that says none has the provider's
    default already, and stays as it is.
    Seen in the wild: 0 on the machine of whoever wrote the agent, the default behind a gateway that drops the
    setting, or a model that does not take it; what was the same each time differs from run to run.
    A sound agent: passes at production's temperature, again and again, not once at 0.
    """

    family: ClassVar[Family] = Family.SETTINGS
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    lasting: ClassVar[bool] = True
    remedy: ClassVar[str] = "Set the temperature in one place for all environments, and test with that one."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.PINNED_SETTINGS, Mend.SCHEMA_CHECK)
    telling: ClassVar[bool] = True

    temperature: Annotated[float, Meta(ge=0, le=2)] = 1.0
    """Production's temperature."""

    def intercept(self, call: Call) -> Passage:
        return (yield from asked_otherwise(self, call, self._warmer))

    def _warmer(self, body: bytes, dialect: Dialect) -> Asked | None:
        before = dialect.read_request(body).settings.temperature
        if before is None or before == self.temperature:
            return None
        changed = dialect.adjusted(body, {"temperature": self.temperature})
        return Asked(changed, f"temperature {before:g} became {self.temperature:g}")
