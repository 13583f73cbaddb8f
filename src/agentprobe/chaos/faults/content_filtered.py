"""The fault content_filtered: the provider refuses the prompt."""

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
class ContentFiltered(Refusing):
    """The provider refuses the prompt.

    What happens: status 400 with the provider's own words for a filter; Gemini answers with status 200, no
    candidates and a `blockReason`. The world is not asked. Ollama has no filter, its calls pass.
    Seen in the wild: harmless texts about medicine, law or the Bible, a tool's result that quotes somebody
    else, a system prompt that asks for the model's reasoning. Whole sessions are lost, since the text that
    was refused stays in the history.
    A sound agent: says that it may not answer this, does not send the same again and again, and takes no
    empty answer for an answer.
    """

    remedy: ClassVar[str] = "Take a filtered prompt for an outcome of its own, and drop what caused it."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ERROR_HANDLING, Mend.ESCALATION)
    lasting: ClassVar[bool] = True

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        return dialect.write_refusal(Refusal(reason=Reason.PROMPT_FILTERED), asked)
