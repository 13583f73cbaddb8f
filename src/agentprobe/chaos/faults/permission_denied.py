"""The fault permission_denied: the key is good, but not for this model."""

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
class PermissionDenied(Refusing):
    """The key is good, but not for this model.

    What happens: status 403 with the provider's own words, for the first model that is struck; a call to
    another model is let through. The world is not asked.
    Seen in the wild: a key of another project, rights that an administrator has narrowed, a plan that no
    longer holds the model.
    A sound agent: does not ask the same again, takes a model that it may use or says that it cannot go on.
    """

    remedy: ClassVar[str] = "Check what a key may use before a run, and name the missing right when it fails."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ESCALATION, Mend.ERROR_HANDLING)
    lasting: ClassVar[bool] = True

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        if self.first("model", asked.model) != asked.model:
            return None
        return dialect.write_refusal(Refusal(reason=Reason.PERMISSION_DENIED), asked)
