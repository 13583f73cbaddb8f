"""Conversations that the provider keeps: a request that holds only what is new, joined with what came before.

OpenAI's responses may name an earlier response (`previous_response_id`) or a conversation instead of
repeating what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agentprobe.dialects import dialect_named
from agentprobe.domain.model import Message, ModelAnswer
from agentprobe.errors import Malformed
from agentprobe.trace.pair import TracedCall

PREVIOUS, CONVERSATION, INSTRUCTIONS = "previous_response_id", "conversation", "instructions"
_DIALECT = "openai_responses"


@dataclass(frozen=True)
class Chain:
    """A model call with the calls that it goes on from."""

    calls: tuple[TracedCall, ...]
    """Oldest first, the call itself last."""
    missing: str = ""
    """The response or conversation whose beginning is not in the trace; empty when all is known."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """All that the model was told, as far as it is known; each call's instructions are its own alone."""
        *earlier, last = self.calls
        told: list[Message] = []
        for call in earlier:
            told += _asked(call, instructed=False)
            if call.answer is not None:
                told.append(_said(call.answer))
        return tuple(_with_instructions(told, _asked(last, instructed=True)))


def chain_of(call: TracedCall, model_calls: Iterable[TracedCall]) -> Chain:
    """The calls that a call goes on from, by what their requests and answers name."""
    before = [other for other in model_calls if other.dispatched < call.dispatched and other.answer]
    kept = _field(call, CONVERSATION)
    if kept:
        return _in_conversation(call, kept, before)
    by_id = {other.answer.id: other for other in before if other.answer is not None and other.answer.id}
    found = [call]
    while previous := _field(found[0], PREVIOUS):
        earlier = by_id.get(previous)
        if earlier is None or earlier in found:
            return Chain(tuple(found), missing=previous)
        found.insert(0, earlier)
    return Chain(tuple(found))


def _in_conversation(call: TracedCall, kept: str, before: Sequence[TracedCall]) -> Chain:
    """Every earlier call in the same conversation; whether it began before the trace, nobody can see."""
    same = [other for other in before if _field(other, CONVERSATION) == kept]
    return Chain((*same, call), missing="" if same else kept)


def continues(call: TracedCall) -> str:
    """The response or the conversation that a request goes on from; empty when it says everything itself."""
    return _field(call, PREVIOUS) or _field(call, CONVERSATION)


def _field(call: TracedCall, name: str) -> str:
    body = call.request if call.record.dialect == _DIALECT else None
    value = body.get(name) if isinstance(body, Mapping) else None
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def _asked(call: TracedCall, *, instructed: bool) -> tuple[Message, ...]:
    try:
        messages = dialect_named(_DIALECT).read_request(call.request_bytes).messages
    except Malformed:
        return ()
    has = isinstance(call.request, Mapping) and bool(call.request.get(INSTRUCTIONS))
    return messages[1:] if has and not instructed else messages


def _with_instructions(told: list[Message], last: tuple[Message, ...]) -> list[Message]:
    """The newest request's instructions stand in front of everything."""
    if told and last[:1] and last[0].role == "system":
        return [last[0], *told, *last[1:]]
    return [*told, *last]


def _said(answer: ModelAnswer) -> Message:
    return Message(role="assistant", text=answer.text, tool_calls=answer.tool_calls)
