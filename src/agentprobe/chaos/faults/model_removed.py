"""The fault model_removed: the model exists no longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._refusals import Refusing
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpReply


@dataclass(frozen=True, kw_only=True)
class ModelRemoved(Refusing):
    """The model exists no longer.

    What happens: status 404 with the provider's own words, for the first model that is struck; a call to
    another model is let through. The world is not asked.
    Seen in the wild: the day after a model's announced end, previews that vanish without one, a local server
    from which somebody has deleted the model.
    A sound agent: does not ask the same again, goes on with a named second model or says that it cannot, and
    tells which model has answered.
    """

    remedy: ClassVar[str] = "Watch the providers' dates of removal, and name a second model in the settings."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.PINNED_SETTINGS, Mend.ESCALATION)
    lasting: ClassVar[bool] = True

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        if self.first("model", asked.model) != asked.model:
            return None
        return dialect.write_refusal(Refusal(reason=Reason.MODEL_REMOVED), asked)
