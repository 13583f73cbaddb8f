"""The fault no_choices: the answer has no place where an answer would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos._bodies import rewritten
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish, ModelAnswer
from agentprobe.domain.wire import HttpReply

_HOLDERS = ("choices", "candidates", "output", "content")
_CONTENT = ("content_block_", "response.output_", "response.content_part", "response.function_call")


@dataclass(frozen=True, kw_only=True)
class NoChoices(ChangedAnswer):
    """The answer has no place where an answer would be.

    What happens: the status says success, and the list that holds what the model said (`choices`, `content`,
    `output`, `candidates`) is empty or null, in a stream in each of its frames; or the body is nothing but
    `{}`, for answers that are not streamed. Ollama's message is empty or null.
    Seen in the wild: filters of clouds, routers whose provider failed, servers that are being restarted. SDKs
    return an object whose fields are None; frameworks fail with an IndexError or a TypeError.
    A sound agent: takes an answer without a choice for a failure of the provider, and asks again.
    """

    remedy: ClassVar[str] = (
        "Check that an answer holds a choice before reading it, and treat none as an error."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.RETRY_POLICY)

    how: Literal["empty", "null", "bare"] = "empty"
    """What stands in the place of the list: nothing in it, null, or not even the rest of the answer."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(how="null"), cls(how="bare"))

    def change(self, heard: Heard) -> Change | None:
        if self.how == "bare" and heard.is_streamed:
            return None
        before = heard.answer
        silent = ModelAnswer(id=before.id, model=before.model, usage=before.usage, finish=Finish.STOP)
        return Change(silent, "the answer was {}" if self.how == "bare" else f"what holds it is {self.how}")

    def written(self, heard: Heard, answer: ModelAnswer) -> HttpReply:
        return rewritten(heard.told_as(answer), heard.dialect, self._hollow)

    def _hollow(self, told: dict[str, Any]) -> dict[str, Any] | None:
        if self.how == "bare":
            return {}
        if str(told.get("type") or "").startswith(_CONTENT):
            return None
        return self._emptied(told)

    def _emptied(self, told: dict[str, Any]) -> dict[str, Any]:
        for name in _HOLDERS:
            if isinstance(told.get(name), list):
                return {**told, name: [] if self.how == "empty" else None}
        for name in ("message", "response"):
            inner = told.get(name)
            if isinstance(inner, dict) and any(isinstance(inner.get(one), list) for one in _HOLDERS):
                return {**told, name: self._emptied(inner)}
            if inner is not None and "done" in told:
                return {**told, name: type(inner)() if self.how == "empty" else None}
        return told
