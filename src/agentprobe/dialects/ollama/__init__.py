"""Ollama's own protocol, beside which its servers also speak OpenAI's."""

from __future__ import annotations

from typing import ClassVar

from agentprobe.dialects._adjusting import Places
from agentprobe.dialects._asked_last import UserPlace
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._dialect import StreamReader
from agentprobe.dialects._edits import Edits, Gone, Said
from agentprobe.dialects._fields import Fields
from agentprobe.dialects._offered import OfferPlaces
from agentprobe.dialects._spoken import SpokenDialect
from agentprobe.dialects.ollama._answer import OllamaReader, cut, read_answer
from agentprobe.dialects.ollama._edit import edited, said, said_in, thinned, thinned_frames
from agentprobe.dialects.ollama._host import base_url
from agentprobe.dialects.ollama._refusal import write_refusal
from agentprobe.dialects.ollama._request import API, GENERATE, read_request, write_request
from agentprobe.dialects.ollama._turns import conversation
from agentprobe.dialects.ollama._written import write_failure, write_stream, write_whole
from agentprobe.domain.model import ModelAnswer, ModelRequest
from agentprobe.domain.refusal import Refusal
from agentprobe.domain.wire import Headers, HttpReply
from agentprobe.errors import WorldFailure


class Ollama(SpokenDialect):
    """Ollama: POST /api/chat and /api/generate.

    Answers stream, line by line, unless `stream` is false; the last line says `done`. Tool calls have ids
    made of their names and arguments, since clients drop those that newer servers give: two equal calls of
    different turns share one.
    """

    name: ClassVar[str] = "ollama"
    base_url_variables: ClassVar[tuple[str, ...]] = ("OLLAMA_HOST",)
    key_variables: ClassVar[tuple[str, ...]] = ("OLLAMA_API_KEY",)
    base_path: ClassVar[str] = ""
    standard_path: ClassVar[str] = "/api/chat"
    path_end: ClassVar[str] = "/api/chat"
    provider: ClassVar[str] = "Ollama"
    offer_places: ClassVar[OfferPlaces] = OfferPlaces(inner=("function",))
    user_places: ClassVar[tuple[UserPlace, ...]] = (
        UserPlace("messages", "content"),
        UserPlace("prompt"),
    )
    setting_places: ClassVar[Places] = {
        "temperature": ("options.temperature",),
        "top_p": ("options.top_p",),
        "max_tokens": ("options.num_predict",),
        "seed": ("options.seed",),
        "stop": ("options.stop",),
        "parallel_tool_calls": (),
    }

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.rstrip("/").endswith(("/api/chat", "/api/generate"))

    def base_url(self, told: str) -> str:
        return base_url(told)

    def _request(self, fields: Fields) -> ModelRequest:
        return read_request(fields)

    def write_request(self, request: ModelRequest) -> bytes:
        return write_request(request)

    def write_target(self, request: ModelRequest) -> str:
        return "/api/generate" if request.extra.get(API) == GENERATE else self.standard_path

    def _answer(self, body: bytes) -> ModelAnswer:
        return read_answer(body)

    def _is_stream(self, reply: HttpReply, body: bytes) -> bool:
        return "ndjson" in (reply.header("content-type") or "") or b"}\n{" in body

    def _cut(self, body: bytes) -> list[bytes]:
        return cut(body)

    def reader(self) -> StreamReader:
        return OllamaReader()

    def write_answer(self, answer: ModelAnswer, request: ModelRequest) -> HttpReply:
        return write_stream(answer, request) if request.stream else write_whole(answer, request)

    def breaks_off(self, request: ModelRequest) -> bool:
        return False

    def write_failure(self, failure: WorldFailure, headers: Headers = ()) -> HttpReply | None:
        return write_failure(failure, headers)

    def write_refusal(self, refusal: Refusal, request: ModelRequest) -> HttpReply | None:
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
