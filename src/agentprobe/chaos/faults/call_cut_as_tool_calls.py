"""The fault call_cut_as_tool_calls: a tool call is cut, and the reason to stop says that it is whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos._arguments import given_in, with_call, written_like
from agentprobe.chaos.family import Need
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish, ToolCall


@dataclass(frozen=True, kw_only=True)
class CallCutAsToolCalls(ChangedAnswer):
    """A tool call is cut, and the reason to stop says that it is whole.

    What happens: the arguments of the answer's last tool call end after `keep` of their characters, and the
    reason to stop is that of a finished tool call. Where arguments are sent as a JSON object and not as text
    (Gemini, Ollama, Anthropic unless streamed), the object holds the arguments that had come as a whole.
    Seen in the wild: routers that say `tool_calls` whenever there is a call, also when the limit cut it, and
    servers that repair the rest. No reason to stop gives it away.
    A sound agent: runs a tool only with arguments that are valid and complete by a strict schema, in which
    nothing that matters has a default.
    """

    remedy: ClassVar[str] = (
        "Require every parameter that matters, and run no call whose arguments do not parse."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOL_CALL,)

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.7
    """The part of the arguments that still comes."""

    def change(self, heard: Heard) -> Change | None:
        calls = heard.answer.tool_calls
        if not calls or len(calls[-1].arguments) < 2:
            return None
        cut = self._cut(calls[-1], as_text=heard.dialect.breaks_off(heard.request))
        if cut is None:
            return None
        changed = with_call(heard.answer, len(calls) - 1, replace(calls[-1], arguments=cut))
        told = f"arguments of {calls[-1].name} end as {cut[-20:]!r}"
        return Change(replace(changed, finish=Finish.TOOL_CALLS, finish_raw=None), told)

    def _cut(self, call: ToolCall, *, as_text: bool) -> str | None:
        text = call.arguments
        kept = text[: min(max(int(len(text) * self.keep), 1), len(text) - 1)]
        return kept if as_text else _whole_part(text, len(kept))


def _whole_part(text: str, length: int) -> str | None:
    """An object with the arguments that had come as a whole at this length; None for what is no object."""
    given = given_in(ToolCall(id="", name="", arguments=text))
    if given is None:
        return None
    for count in reversed(range(len(given))):
        first = written_like(text, dict(list(given.items())[:count]))
        if len(first) - 1 <= length:
            return first
    return None
