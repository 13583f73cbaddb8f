"""The fault duplicate_call_ids: two different tool calls have one id."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos._arguments import with_call
from agentprobe.chaos.family import Need
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class DuplicateCallIds(ChangedAnswer):
    """Two different tool calls have one id.

    What happens: of an answer with several different tool calls the last one comes under the id of the first.
    An answer with one call stays as it is, and so does Ollama's, whose calls have no ids.
    Seen in the wild: local servers and routers that number the calls of each chunk anew, or make ids of a
    second's clock. Whoever keeps calls by id runs one of them, or gives one the other's result.
    A sound agent: notices that an id comes twice, and pairs results with calls by their place.
    """

    remedy: ClassVar[str] = "Check that the ids of an answer's calls differ before running any of them."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CORRELATION, Mend.DEDUPLICATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOL_CALL,)

    def change(self, heard: Heard) -> Change | None:
        calls = heard.answer.tool_calls
        if len(calls) < 2 or (calls[0].name, calls[0].arguments) == (calls[-1].name, calls[-1].arguments):
            return None
        changed = with_call(heard.answer, len(calls) - 1, replace(calls[-1], id=calls[0].id))
        return Change(changed, f"{calls[-1].name} has the id of {calls[0].name}: {calls[0].id}")
