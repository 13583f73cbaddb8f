"""The trace file, version 2: what its lines are and what they hold.

A trace is a file of JSON lines. The first line is the `Header`; it carries the number of the format. Every
other line is one record and says which kind by its key `record`:

- `blob`: a piece of a payload that later lines of the same process name by its digest. Agents send their
  whole history with every request; so each piece of it stands in the file once.
- `call`: the agent turned to the world. Written before anything goes out.
- `outcome`: what came of it. Written when it has come, or when the agent stopped listening.
- `state`: a snapshot of what the agent keeps between steps, from a framework that says so.
- `coverage`: which ways in a process had, and which connections it opened that none of them saw.
- `end`: a process has finished the session and closed the file.

Several processes may write to one file, `by` tells them apart; a call and its outcome share `by`, `place` and
`id`. `order` counts the records of one process as they happened: among calls it is the order of dispatch,
among outcomes the order of completion. `at` is in seconds since the session began. A field that is absent
has its default. Readers ignore fields and records that they do not know.

Each line ends with `sum`, the CRC-32 of the line without it: a reader says when a line was changed.

What a model call was asked (settings, prompt) and what its answer says in neutral words is not written: it is
read out of the payloads, when the trace is read. Only where a payload is not kept, `noted` says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from agentprobe.domain.model import ToolCall
from agentprobe.domain.wire import Headers
from agentprobe.errors import TraceError

VERSION = 2
"""The number of the format that this version writes, and the highest it can read."""
AGENT, WORLD = "agent", "world"
"""The two sides of the corridor on which records are made: what the agent saw, what the world was asked."""


class Header(Struct, frozen=True, kw_only=True):
    """The first line: what this file is, and of which session."""

    agentprobe: str = "trace"
    version: int = VERSION
    session: str = ""
    seed: int = 0
    started: str = ""
    """When the session began, as an ISO date and time on its own clock."""
    clock: str = "real"
    """`real` or `virtual`."""
    agent: Mapping[str, Any] = {}
    """What is known of the agent."""
    run: Mapping[str, Any] = {}
    """How it was run: schedule, simulated or not, and whatever else decides the run."""
    identity: Mapping[str, Any] = {}
    """What made the run: the versions of agentprobe and Python, the platform, the commit, local changes."""
    content: bool = True
    """Is kept what was said, or only sizes, digests and shapes?"""
    key: str = ""
    """Tells the key under which secrets and content are hidden: only under the same one words compare."""


class Body(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A payload in the one form that fits it; exactly one of these is there."""

    json: Raw | UnsetType = UNSET
    """JSON as it came, byte for byte."""
    parts: tuple[str | tuple[str, ...], ...] = ()
    """JSON cut in pieces: text as it came, and lists of the digests of blobs, which commas join."""
    text: str | None = None
    """Text that is no JSON on a single line, such as an event stream."""
    base64: bytes | None = None
    """Bytes that are no text."""
    repr: str | None = None
    """A value of the agent's language that has no JSON form, as it prints."""
    withheld: int | None = None
    """The bytes of a payload that is not kept: it could not be cleaned of secrets, or was too large."""
    lost: int | None = None
    """So many of its blobs are missing in the file or damaged; never written, found by readers."""
    shape: Raw | UnsetType = UNSET
    """Of a payload whose content is not kept: its keys, and of what kind its values are."""
    size: int = 0
    """The same: how many bytes it had."""
    digest: str = ""
    """The same, and of one that was too large: a digest under a key; equal payloads have equal ones."""
    coding: str = ""
    """How the payload was compressed on the wire; here it no longer is."""


class Settings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the model was asked to answer."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    stream: bool = False


class Prompt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the model was told, as digests of what was sent: whatever changes in it changes them."""

    system: str = ""
    tools: str = ""
    messages: str = ""
    """Of all messages, the system's included."""
    count: int = 0
    """How many messages."""


class Http(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The head of a request."""

    method: str
    target: str
    headers: Headers = ()
    patience: float | None = None
    """Seconds the caller was ready to wait for a byte."""


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model's answer in neutral words."""

    id: str = ""
    model: str = ""
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish: str = ""
    finish_raw: str = ""
    refusal: str | None = None
    reasoning: str = ""


class Tokens(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens as the provider reported them."""

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None
    written: int | None = None
    """Put into the provider's prompt cache."""


class Failure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why there was no answer, or no more of it."""

    type: str
    message: str = ""


class RequestNotes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model was asked."""

    settings: Settings | None = None
    prompt: Prompt | None = None
    unread: str = ""
    """Why the dialect could not read the request."""


class AnswerNotes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model's reply says."""

    answer: Answer | None = None
    usage: Tokens | None = None
    complete: bool | None = None
    """Did the answer reach its end? None where nothing says so."""
    error: Failure | None = None
    """The error that the provider put into its reply."""
    unread: str = ""
    """Why the dialect could not read the answer."""


class BlobRecord(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", tag="blob"):
    """A piece of JSON payloads, written ahead of the first record that needs it, in the same write."""

    digest: str
    """The first 32 hexadecimal digits of the SHA-256 of the piece, or of the digests in `of`, with commas."""
    json: Raw | UnsetType = UNSET
    """The piece between square brackets: one value, or several with their commas."""
    of: tuple[str, ...] = ()
    """The blobs of which this one is made."""


class CallRecord(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", tag="call"):
    """The agent turns to the world."""

    order: int
    id: str
    by: str
    place: str
    """`agent` or `world`: on which side of the house's own rooms this was seen."""
    at: float
    kind: str
    name: str
    site: str = ""
    nth: int = 0
    effect: str = "read"
    path: str = ""
    intent: str = ""
    ref: str = ""
    purpose: str = ""
    via: str = ""
    """`mcp:NAME` for what went to a tool server."""
    dialect: str = ""
    attempt: int | None = None
    """How often the SDK says it had tried before; None when it does not say."""
    http: Http | None = None
    request: Body | None = None
    noted: RequestNotes | None = None
    """What was asked, where the request is not kept."""


class OutcomeRecord(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", tag="outcome"):
    """What came of a call."""

    order: int
    id: str
    by: str
    place: str
    at: float
    seconds: float
    """From dispatch to completion."""
    dialect: str = ""
    """The provider protocol of a model's reply."""
    status: int | None = None
    first_chunk: float | None = None
    """Seconds from the sending of the request to the first bytes of the body."""
    chunks: tuple[tuple[float, int], ...] = ()
    """Of a body that came in several chunks: when each came, in seconds from the sending, and its bytes."""
    headers: Headers = ()
    body: Body | None = None
    noted: AnswerNotes | None = None
    """What was answered, where the reply is not kept."""
    error: Failure | None = None
    """What was raised instead of an answer, or in its middle; not what a provider says in a reply."""
    marks: tuple[str, ...] = ()


class StateRecord(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", tag="state"):
    """What an agent keeps between its steps, as its framework showed it at one moment."""

    order: int
    by: str
    at: float
    name: str
    """Whose state: a conversation, a thread, a graph."""
    source: str = ""
    """The framework that showed it."""
    ref: str = ""
    """The framework's own id of the snapshot, such as a checkpoint's."""
    value: Body | None = None


class Way(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A way in, and whether it stood open."""

    name: str
    """`gateway`, or the library or framework that is hooked."""
    attached: bool = True
    why: str = ""
    """Why it could not attach."""


class Connection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a process connected to, and which way in saw what went there."""

    host: str
    port: int
    times: int = 1
    seen_by: str = ""
    """The way in that recorded it; empty when none did."""
    purpose: str = ""
    """`model`, `mcp`, `telemetry`, `tool`, as far as can be told."""
    address: str = ""
    """The address connected to; empty where a hook told of a request and not of a connection."""
    bytes: int | None = None
    """How many went through unread, both ways; None where they were not counted."""


class CoverageRecord(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", tag="coverage"
):
    """How much of what a process did can be in the trace; a process writes several, the last figures count.

    `by` is `gateway` for what stands behind the gateway, `watch:PID` for what a hooked process says of
    itself, and `outside:PID` for what was seen of a process from outside; its own word comes before that.
    """

    order: int
    by: str
    at: float
    process: str = ""
    """What ran: its command, shortened."""
    ways: tuple[Way, ...] = ()
    connections: tuple[Connection, ...] = ()


class EndRecord(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", tag="end"):
    """A process has finished the session."""

    order: int
    by: str
    at: float | None = None
    status: str = ""
    exit: int | None = None
    """The exit code of the agent's process."""
    facts: Mapping[str, Any] = {}


class _FirstLine(Struct):
    """As much of a first line as tells whether the rest can be read."""

    agentprobe: str
    version: int


Record = CallRecord | OutcomeRecord | StateRecord | CoverageRecord | EndRecord
Line = Record | BlobRecord
KINDS = ("call", "outcome", "state", "coverage", "end", "blob")
"""The words by which the lines of this version are told apart."""

_encoder = msgspec.json.Encoder(enc_hook=str)
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_header: msgspec.json.Decoder[Header] = msgspec.json.Decoder(Header)
_first: msgspec.json.Decoder[_FirstLine] = msgspec.json.Decoder(_FirstLine)


def encode(line: Struct | Mapping[str, Any]) -> bytes:
    """One line, without its newline."""
    try:
        return _encoder.encode(line)
    except UnicodeEncodeError:
        return _encoder.encode(_spelled(msgspec.to_builtins(line, enc_hook=str, builtin_types=(Raw,))))


def _spelled(value: Any) -> Any:
    """The same with halves of characters spelled out: Python's text may hold them, a file may not."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_spelled(name): _spelled(item) for name, item in value.items()}
    return [_spelled(item) for item in value] if isinstance(value, list | tuple) else value


def decode(line: bytes) -> Line:
    """Raises msgspec.MsgspecError for a line that is none of this version."""
    return _decoder.decode(line)


def version_of(line: bytes) -> int:
    """The version that a first line tells; today's when it tells none."""
    try:
        return _first.decode(line).version
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return VERSION


def decode_header(line: bytes, path: Path) -> Header:
    """Read a first line; `path` is named when it is none.

    Raises TraceError for a file that is no trace, or one that only a newer version can read.
    """
    try:
        found = _first.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise TraceError(_no_trace(path)) from error
    if found.agentprobe != "trace" or found.version < 1:
        raise TraceError(_no_trace(path))
    if found.version > VERSION:
        raise TraceError(
            f"{path}, line 1: this trace is of version {found.version}, written by a newer agentprobe; "
            f"this one reads up to version {VERSION}; upgrade it with: pip install -U agentprobe-prod"
        )
    try:
        return _header.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise TraceError(_no_trace(path)) from error


def _no_trace(path: Path) -> str:
    return (
        f"{path}, line 1: this file is no agentprobe trace, or was cut off in its first line; "
        "give a file that `agentprobe trace` has written"
    )
