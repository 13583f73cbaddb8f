"""What every dialect can do: read its protocol into neutral values and write it back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

from agentprobe.basis.canonical import canonical
from agentprobe.dialects._adjusting import Places, adjusted
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._edits import Edits, Gone, Said
from agentprobe.dialects._offered import Offer, Retelling
from agentprobe.domain.model import ModelAnswer, ModelEvent, ModelRequest, ModelSettings
from agentprobe.domain.refusal import Refusal
from agentprobe.domain.wire import Headers, HttpReply
from agentprobe.errors import WorldFailure


class StreamReader(Protocol):
    """Reads a streamed answer as it comes, however its bytes were cut into chunks."""

    def feed(self, data: bytes) -> list[ModelEvent]:
        """The events that these bytes complete, in order."""
        ...

    def answer(self) -> ModelAnswer:
        """All that was read so far as one answer; `complete` only after the terminator."""
        ...


class Outline(NamedTuple):
    """As much of a request as a trace notes of it, without reading every message."""

    settings: ModelSettings
    stream: bool
    system: str
    """All system text, as `ModelRequest.system` has it."""
    tools: bytes
    """What tells of the tools, as it came; empty when there are none."""
    messages: bytes
    """What tells of all messages, the system's included, as it came."""
    turns: int
    """How many messages."""


class Dialect(ABC):
    """One provider protocol. Instances hold no state and are shared by all threads."""

    name: ClassVar[str]
    base_url_variables: ClassVar[tuple[str, ...]]
    """The environment variables by which this provider's SDKs are told where to send."""
    base_path: ClassVar[str]
    """What stands in such a variable behind host and port (`/v1`, or nothing)."""

    key_variables: ClassVar[tuple[str, ...]] = ()
    """The environment variables in which this provider's SDKs look for a key, the usual one first."""
    standard_path: ClassVar[str]
    """Where a request goes when nothing else is said; `{model}` and `{method}` stand in it where they do."""

    setting_places: ClassVar[Places] = {}
    """Where a setting stands in a request when not under its neutral name; nowhere: an empty tuple."""

    @abstractmethod
    def claims(self, method: str, path: str) -> bool:
        """Is a request with this method and path a model call in this dialect?"""

    @abstractmethod
    def read_request(self, body: bytes, target: str = "") -> ModelRequest:
        """Raises Malformed when `body` is no request of this dialect.

        `target` is path and query, in which some protocols say what others say in the body: the model, and
        whether the answer is to be streamed.
        """

    def outline(self, body: bytes, target: str = "") -> Outline:
        """Read a request in passing; raises Malformed for what is no request at all."""
        request = self.read_request(body, target)
        return Outline(
            request.settings,
            request.stream,
            request.system,
            canonical(request.tools) if request.tools else b"",
            canonical(request.messages),
            len(request.messages),
        )

    def adjusted(self, body: bytes, settings: Mapping[str, Any]) -> bytes:
        """The request with these settings in place of its own; the same bytes where nothing changes."""
        return adjusted(body, settings, self.setting_places)

    def model_in(self, target: str) -> str:
        """The model's name where the target says it; nothing where that is the body's affair."""
        return ""

    def retargeted(self, target: str, settings: Mapping[str, Any]) -> str:
        """The target with these settings, as far as it holds any."""
        return target

    @abstractmethod
    def write_request(self, request: ModelRequest) -> bytes:
        """The body that says `request`; reading it, with its target, gives `request` back."""

    def write_target(self, request: ModelRequest) -> str:
        """The path and query under which `request` is asked."""
        return self.standard_path

    def base_url(self, told: str) -> str:
        """A base URL as somebody has put it into one of the variables, made whole."""
        return told

    @abstractmethod
    def read_answer(self, reply: HttpReply) -> ModelAnswer:
        """Read a whole reply: JSON or a stream, a success or an error, compressed or not.

        Never raises: what cannot be read gives an answer with `error` set and `complete` false.
        """

    @abstractmethod
    def streams(self, reply: HttpReply) -> bool:
        """Does the answer come in frames, one by one?"""

    @abstractmethod
    def reader(self) -> StreamReader:
        """A fresh reader for one streamed answer."""

    @abstractmethod
    def write_answer(self, answer: ModelAnswer, request: ModelRequest) -> HttpReply:
        """The reply in which a provider would give `answer` to `request`.

        Streamed when `request.stream`: one chunk an event, tool arguments and text in fragments, ending
        without the terminator when the answer is not `complete`.
        """

    def breaks_off(self, request: ModelRequest) -> bool:
        """Can a tool call's arguments break off in an answer to `request`? Not where they are an object."""
        return True

    @abstractmethod
    def write_failure(self, failure: WorldFailure, headers: Headers = ()) -> HttpReply | None:
        """The reply in which a provider says this failure; None for one that sends no bytes at all.

        RateLimited, ServerError, Refused and Malformed have bytes; TimedOut and CutOff have none.
        """

    @abstractmethod
    def write_refusal(self, refusal: Refusal, request: ModelRequest) -> HttpReply | None:
        """The reply in which a provider refuses `request` for this reason; None where it never would."""

    @abstractmethod
    def write_frames(self, reply: HttpReply, frames: list[bytes]) -> HttpReply:
        """The same streamed reply made of other frames, one chunk each."""

    @abstractmethod
    def frames(self, reply: HttpReply) -> list[bytes]:
        """A streamed reply's body cut into its frames, separators included; joined they are the body."""

    # -- a conversation under way: changed, and byte for byte the same where it is not ----------------

    @abstractmethod
    def edited(self, body: bytes, edits: Edits) -> bytes:
        """The request with these edits; the same object where none of them applies.

        Raises Malformed when `body` is no request of this dialect.
        """

    @abstractmethod
    def offers(self, body: bytes) -> tuple[Offer, ...]:
        """The tools that the request offers, in their order; raises Malformed for what is no request."""

    @abstractmethod
    def retold(self, body: bytes, retelling: Retelling) -> bytes:
        """The request with its tools told otherwise; the same object where nothing changes.

        Raises Malformed when `body` is no request of this dialect.
        """

    @abstractmethod
    def reworded(self, body: bytes, change: Callable[[str], str]) -> bytes:
        """The request with the user's newest text changed; the same object where there is none.

        Raises Malformed when `body` is no request of this dialect.
        """

    @abstractmethod
    def conversation(self, body: bytes) -> Conversation:
        """What a request tells of the past, turn by turn and with the places, so that it can be changed.

        Raises Malformed when `body` is no request of this dialect.
        """

    @abstractmethod
    def without(self, reply: HttpReply, gone: Gone) -> HttpReply:
        """The reply without the tool calls that are `gone`; the same object where there are none.

        The model then says that it stopped by itself where no call is left.
        """

    @abstractmethod
    def said(self, reply: HttpReply) -> Said:
        """The answer as it stands in a later request; raises Malformed for what is no answer."""
