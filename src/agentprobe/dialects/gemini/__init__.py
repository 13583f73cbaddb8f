"""Google's Gemini, at its own address and at Vertex."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from agentprobe.dialects import _elements, _sse
from agentprobe.dialects._adjusting import Places
from agentprobe.dialects._asked_last import UserPlace
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._dialect import Outline, StreamReader
from agentprobe.dialects._edits import Edits, Gone, Said
from agentprobe.dialects._fields import Fields
from agentprobe.dialects._offered import OfferPlaces
from agentprobe.dialects._spoken import SpokenDialect
from agentprobe.dialects.gemini._answer import read_answer
from agentprobe.dialects.gemini._edit import edited
from agentprobe.dialects.gemini._failure import error_of, write_failure
from agentprobe.dialects.gemini._refusal import write_refusal
from agentprobe.dialects.gemini._request import outline, read_request, write_request
from agentprobe.dialects.gemini._stream import GeminiReader
from agentprobe.dialects.gemini._target import asked_in, model_in, target_of, with_model
from agentprobe.dialects.gemini._thinned import said, said_in, thinned, thinned_frames
from agentprobe.dialects.gemini._turns import conversation
from agentprobe.dialects.gemini._written import write_stream, write_whole
from agentprobe.domain.model import ModelAnswer, ModelError, ModelRequest
from agentprobe.domain.refusal import Refusal
from agentprobe.domain.wire import Headers, HttpReply
from agentprobe.errors import WorldFailure

_CALL = re.compile(r"/[^/:]+:(?:generateContent|streamGenerateContent)/?\Z")


class Gemini(SpokenDialect):
    """Gemini: POST …/models/M:generateContent and :streamGenerateContent, also as Vertex has them.

    The path says the model and whether to stream; streams are `data:` frames with `alt=sse`, otherwise a JSON
    array, and have no terminator: an answer is complete once it says why the model stopped. A tool call
    without an id gets one made of its name and arguments, so that two equal calls of different turns share
    it.
    """

    name: ClassVar[str] = "gemini"
    base_url_variables: ClassVar[tuple[str, ...]] = ("GOOGLE_GEMINI_BASE_URL",)
    key_variables: ClassVar[tuple[str, ...]] = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    base_path: ClassVar[str] = ""
    standard_path: ClassVar[str] = "/v1beta/models/{model}:{method}"
    path_end: ClassVar[str] = ":generateContent"
    provider: ClassVar[str] = "Gemini"
    offer_places: ClassVar[OfferPlaces] = OfferPlaces(lists=("functionDeclarations", "function_declarations"))
    user_places: ClassVar[tuple[UserPlace, ...]] = (UserPlace("contents", "parts"),)
    setting_places: ClassVar[Places] = {
        "model": (),
        "temperature": ("generationConfig.temperature",),
        "top_p": ("generationConfig.topP",),
        "max_tokens": ("generationConfig.maxOutputTokens",),
        "seed": ("generationConfig.seed",),
        "stop": ("generationConfig.stopSequences",),
        "parallel_tool_calls": (),
    }

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and _CALL.search(path) is not None

    def read_request(self, body: bytes, target: str = "") -> ModelRequest:
        return asked_in(target, self._read_fields(body, read_request))

    def _request(self, fields: Fields) -> ModelRequest:
        return read_request(fields)

    def outline(self, body: bytes, target: str = "") -> Outline:
        stream = asked_in(target, ModelRequest(model="")).stream
        return self._read_fields(body, outline)._replace(stream=stream)

    def model_in(self, target: str) -> str:
        return model_in(target)

    def retargeted(self, target: str, settings: Mapping[str, Any]) -> str:
        model = settings.get("model")
        return with_model(target, model) if isinstance(model, str) and model else target

    def write_request(self, request: ModelRequest) -> bytes:
        return write_request(request)

    def write_target(self, request: ModelRequest) -> str:
        return target_of(request, self.standard_path)

    def _error_in(self, envelope: Any) -> ModelError | None:
        first = envelope[0] if isinstance(envelope, list) and envelope else envelope
        error = first.get("error") if isinstance(first, dict) else None
        return error_of(error) if error else super()._error_in(first)

    def _answer(self, body: bytes) -> ModelAnswer:
        return read_answer(body)

    def _is_stream(self, reply: HttpReply, body: bytes) -> bool:
        return body.lstrip().startswith(b"[") or super()._is_stream(reply, body)

    def _cut(self, body: bytes) -> list[bytes]:
        return _elements.cut(body) if body.lstrip().startswith(b"[") else _sse.cut(body)

    def reader(self) -> StreamReader:
        return GeminiReader()

    def write_answer(self, answer: ModelAnswer, request: ModelRequest) -> HttpReply:
        return write_stream(answer, request) if request.stream else write_whole(answer, request)

    def breaks_off(self, request: ModelRequest) -> bool:
        return False

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
