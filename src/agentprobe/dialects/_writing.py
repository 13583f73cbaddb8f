"""What all dialects need to write as a provider does: fragments, names that never change, headers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from agentprobe.basis.canonical import digest
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, ToolCall
from agentprobe.domain.wire import Chunk, Headers, HttpReply

CREATED = 1767603600
"""When a written answer says it was made: the moment at which a virtual clock starts."""
JSON = ("content-type", "application/json")
EVENTS = ("content-type", "text/event-stream; charset=utf-8")
_PIECE = re.compile(r"\s*\S{1,12}|\s+")

to_json = msgspec.json.Encoder().encode


def pieces_of_text(text: str) -> list[str]:
    """Text in fragments of about a word; joined they are the text."""
    return _PIECE.findall(text)


def pieces_of_arguments(text: str) -> list[str]:
    """Arguments in fragments that end anywhere, as tokens do; joined they are the arguments."""
    return [text[at : at + 8] for at in range(0, len(text), 8)]


class Names:
    """The identifiers of one written answer: the same answer to the same request has the same ones."""

    def __init__(self, answer: ModelAnswer, request: ModelRequest) -> None:
        last = request.messages[-1:]
        self._origin = f"{len(request.messages)}|{last!r}|{answer!r}"

    def make(self, prefix: str, length: int = 24, *, part: object = "") -> str:
        """An identifier of this kind; `part` tells apart several in one answer."""
        return prefix + digest(f"{prefix}|{part}|{self._origin}")[:length]


def call_id(call: ToolCall, names: Names, prefix: str, index: int) -> str:
    """The tool call's own name, or one made for it."""
    return call.id or names.make(prefix, part=index)


def finish_of(answer: ModelAnswer) -> Finish | None:
    """Why the model stopped, where the answer does not say so itself; None for an answer cut off before."""
    if answer.finish is not None or not answer.complete:
        return answer.finish
    return Finish.TOOL_CALLS if answer.tool_calls else Finish.STOP


def finish_word(answer: ModelAnswer, words: dict[str, Finish], default: dict[Finish, str]) -> str | None:
    """The provider's word for why the model stopped; the answer's own word where it fits."""
    finish, raw = finish_of(answer), answer.finish_raw
    if finish is None:
        return None
    if raw is not None and words.get(raw, Finish.OTHER) is finish:
        return raw
    return default[finish]


def merged(headers: Headers, more: Headers) -> Headers:
    """The headers with more of them; one given twice has the later value."""
    named = {key.lower() for key, _ in more}
    return (*((key, value) for key, value in headers if key.lower() not in named), *more)


def json_reply(status: int, headers: Headers, body: Any) -> HttpReply:
    """A reply that is one JSON body; its length is left to whoever puts it on the wire."""
    return HttpReply(status=status, headers=(JSON, *headers), chunks=(Chunk(to_json(body)),))


def event_reply(headers: Headers, frames: Iterable[bytes]) -> HttpReply:
    """A streamed reply, one chunk a frame."""
    return HttpReply(status=200, headers=(EVENTS, *headers), chunks=tuple(map(Chunk, frames)))


def cut_short(reply: HttpReply) -> HttpReply:
    """The same reply with the last quarter of its body missing."""
    return reply.with_chunks([Chunk(reply.body[: len(reply.body) * 3 // 4])])
