"""OpenAI's responses, the newer of its two protocols."""

from __future__ import annotations

from typing import ClassVar

from agentprobe.dialects import _openai
from agentprobe.dialects._adjusting import Places
from agentprobe.dialects._asked_last import UserPlace
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._dialect import StreamReader
from agentprobe.dialects._edits import Edits, Gone, Said
from agentprobe.dialects._fields import Fields
from agentprobe.dialects._offered import OfferPlaces
from agentprobe.dialects._openai_refusal import write_refusal
from agentprobe.dialects._spoken import SpokenDialect
from agentprobe.dialects.openai_responses._answer import read_answer
from agentprobe.dialects.openai_responses._edit import edited
from agentprobe.dialects.openai_responses._request import read_request, write_request
from agentprobe.dialects.openai_responses._stream import ResponseReader
from agentprobe.dialects.openai_responses._thinned import said, said_in, thinned, thinned_frames
from agentprobe.dialects.openai_responses._turns import conversation
from agentprobe.dialects.openai_responses._written import CUT, write_stream, write_whole
from agentprobe.domain.model import ModelAnswer, ModelRequest
from agentprobe.domain.refusal import Refusal
from agentprobe.domain.wire import Headers, HttpReply
from agentprobe.errors import WorldFailure


class OpenAIResponses(SpokenDialect):
    """OpenAI's responses: POST …/responses.

    Streams are named and numbered events that end with `response.completed`, `.incomplete`, `.failed` or
    `error`. A request may name an earlier response instead of repeating what was said: then the body does
    not hold the whole conversation.
    """

    name: ClassVar[str] = "openai_responses"
    base_url_variables: ClassVar[tuple[str, ...]] = _openai.BASE_URL_VARIABLES
    key_variables: ClassVar[tuple[str, ...]] = ("OPENAI_API_KEY",)
    base_path: ClassVar[str] = "/v1"
    standard_path: ClassVar[str] = "/v1/responses"
    path_end: ClassVar[str] = "/responses"
    setting_places: ClassVar[Places] = {"max_tokens": ("max_output_tokens",), "seed": (), "stop": ()}
    provider: ClassVar[str] = "OpenAI responses"
    offer_places: ClassVar[OfferPlaces] = OfferPlaces(kinds=("function", "custom"))
    user_places: ClassVar[tuple[UserPlace, ...]] = (UserPlace("input", "content"),)

    def _request(self, fields: Fields) -> ModelRequest:
        return read_request(fields)

    def write_request(self, request: ModelRequest) -> bytes:
        return write_request(request)

    def _answer(self, body: bytes) -> ModelAnswer:
        return read_answer(body)

    def reader(self) -> StreamReader:
        return ResponseReader()

    def write_answer(self, answer: ModelAnswer, request: ModelRequest) -> HttpReply:
        return write_stream(answer, request) if request.stream else write_whole(answer, request)

    def write_failure(self, failure: WorldFailure, headers: Headers = ()) -> HttpReply | None:
        return _openai.failure(failure, headers, cut=CUT)

    def write_refusal(self, refusal: Refusal, request: ModelRequest) -> HttpReply:
        return write_refusal(refusal, request, conversation="input")

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
