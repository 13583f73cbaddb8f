"""Anthropic's messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from agentprobe.dialects._adjusting import Places
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._dialect import Outline, StreamReader
from agentprobe.dialects._edits import Edits, Gone, Said
from agentprobe.dialects._fields import Fields
from agentprobe.dialects._offered import OfferPlaces
from agentprobe.dialects._spoken import SpokenDialect
from agentprobe.dialects.anthropic_messages._answer import read_answer
from agentprobe.dialects.anthropic_messages._edit import edited, with_parallel_calls
from agentprobe.dialects.anthropic_messages._failure import write_failure
from agentprobe.dialects.anthropic_messages._refusal import write_refusal
from agentprobe.dialects.anthropic_messages._request import outline, read_request, write_request
from agentprobe.dialects.anthropic_messages._stream import MessageReader
from agentprobe.dialects.anthropic_messages._thinned import said, said_in, thinned, thinned_frames
from agentprobe.dialects.anthropic_messages._turns import conversation
from agentprobe.dialects.anthropic_messages._written import write_stream, write_whole
from agentprobe.domain.model import ModelAnswer, ModelRequest
from agentprobe.domain.refusal import Refusal
from agentprobe.domain.wire import Headers, HttpReply
from agentprobe.errors import WorldFailure


class AnthropicMessages(SpokenDialect):
    """Anthropic's messages: POST …/v1/messages.

    Streams are named events from `message_start` to `message_stop`; usage is cumulative; tool results stand
    in a user's message.
    """

    name: ClassVar[str] = "anthropic_messages"
    base_url_variables: ClassVar[tuple[str, ...]] = ("ANTHROPIC_BASE_URL",)
    key_variables: ClassVar[tuple[str, ...]] = ("ANTHROPIC_API_KEY",)
    base_path: ClassVar[str] = ""
    standard_path: ClassVar[str] = "/v1/messages"
    path_end: ClassVar[str] = "/v1/messages"
    setting_places: ClassVar[Places] = {
        "stop": ("stop_sequences",),
        "seed": (),
        "parallel_tool_calls": (),
    }
    provider: ClassVar[str] = "Anthropic messages"
    offer_places: ClassVar[OfferPlaces] = OfferPlaces(kinds=(None, "custom"))

    def adjusted(self, body: bytes, settings: Mapping[str, Any]) -> bytes:
        changed = super().adjusted(body, settings)
        if "parallel_tool_calls" not in settings:
            return changed
        return with_parallel_calls(changed, on=settings["parallel_tool_calls"] is not False)

    def _request(self, fields: Fields) -> ModelRequest:
        return read_request(fields)

    def outline(self, body: bytes, target: str = "") -> Outline:
        return self._read_fields(body, outline)

    def write_request(self, request: ModelRequest) -> bytes:
        return write_request(request)

    def _answer(self, body: bytes) -> ModelAnswer:
        return read_answer(body)

    def reader(self) -> StreamReader:
        return MessageReader()

    def write_answer(self, answer: ModelAnswer, request: ModelRequest) -> HttpReply:
        return write_stream(answer, request) if request.stream else write_whole(answer, request)

    def breaks_off(self, request: ModelRequest) -> bool:
        return request.stream

    def write_failure(self, failure: WorldFailure, headers: Headers = ()) -> HttpReply | None:
        return write_failure(failure, headers)

    def write_refusal(self, refusal: Refusal, request: ModelRequest) -> HttpReply:
        return write_refusal(refusal, request)

    def _edited(self, body: bytes, edits: Edits) -> bytes:
        return edited(body, edits)

    def _conversation(self, body: bytes) -> Conversation:
        return conversation(body)

    def _thinned(self, body: bytes, gone: Gone) -> bytes:
        return thinned(body, gone)

    def _thinned_frames(self, frames: list[bytes], gone: Gone) -> list[bytes]:
        return thinned_frames(frames, gone)

    def _said(self, body: bytes) -> Said:
        return said(body)

    def _said_in(self, frames: list[bytes]) -> Said:
        return said_in(frames)
