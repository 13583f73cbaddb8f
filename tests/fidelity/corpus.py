"""Replies as providers, their proxies and their bad days send them, in every protocol of a model."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from dataclasses import dataclass
from typing import Any

import brotli
from tests.fidelity.provider import End, Reply

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
MESSAGES = "/v1/messages"
GEMINI = "/v1beta/models/gemini-x:generateContent"
GEMINI_STREAM = "/v1beta/models/gemini-x:streamGenerateContent?alt=sse"
OLLAMA = "/api/chat"
TEXT = "naïve café – 東京 🚀"
JSON = ("Content-Type", "application/json")
EVENTS = ("Content-Type", "text/event-stream; charset=utf-8")
LINES = ("Content-Type", "application/x-ndjson")
Header = tuple[str, str]


def head(status: int, *headers: Header, reason: str | None = " Fine", version: str = "1.1") -> bytes:
    lines = [f"HTTP/{version} {status}{reason or ''}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def whole(body: bytes, *headers: Header, status: int = 200, reason: str = " OK") -> bytes:
    """A reply that says how long it is."""
    return head(status, *headers, ("Content-Length", str(len(body))), reason=reason) + body


def chunked(parts: list[bytes], *headers: Header, status: int = 200, end: bytes = b"0\r\n\r\n") -> bytes:
    """A reply that comes in chunks."""
    framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part)
    return head(status, *headers, ("Transfer-Encoding", "chunked"), reason=" OK") + framed + end


def plain(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def event(body: Any, name: str = "") -> bytes:
    return (f"event: {name}\n".encode() if name else b"") + b"data: " + plain(body) + b"\n\n"


# -- each protocol -----------------------------------------------------------------------------------


def _chat_event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]})


CALLING = {"index": 0, "id": "t1", "function": {"name": "find", "arguments": '{"na'}}
CHAT_STREAM = [
    _chat_event({"role": "assistant", "content": ""}),
    *(_chat_event({"content": letter}) for letter in TEXT),
    _chat_event({"tool_calls": [CALLING]}),
    _chat_event({"tool_calls": [{"index": 0, "function": {"arguments": 'me": "é"}'}}]}),
    _chat_event({}, "tool_calls"),
    b"data: [DONE]\n\n",
]
CHAT_ANSWER = plain(
    {
        "id": "c",
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }
)
_RESPONSE = {"id": "r", "object": "response", "model": "m", "status": "completed", "output": []}
_SAID = {
    "type": "message",
    "id": "i",
    "role": "assistant",
    "content": [{"type": "output_text", "text": TEXT}],
}
RESPONSES_ANSWER = plain({**_RESPONSE, "output": [_SAID]})
_RESPONDED: list[tuple[str, dict[str, Any]]] = [
    ("response.created", {"response": _RESPONSE}),
    ("response.output_item.added", {"output_index": 0, "item": _SAID}),
    ("response.output_text.delta", {"item_id": "i", "output_index": 0, "delta": TEXT}),
    ("response.nobody.knows", {"x": [1, {"y": None}]}),
    ("response.completed", {"response": {**_RESPONSE, "output": [_SAID]}}),
]
RESPONSES_STREAM = [
    event({"type": kind, "sequence_number": number, **more}, kind)
    for number, (kind, more) in enumerate(_RESPONDED)
]
_MESSAGE: dict[str, Any] = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [],
    "usage": {"input_tokens": 3, "output_tokens": 2},
}
MESSAGES_ANSWER = plain({**_MESSAGE, "content": [{"type": "text", "text": TEXT}], "stop_reason": "end_turn"})
_MESSAGED: list[tuple[str, dict[str, Any]]] = [
    ("message_start", {"message": _MESSAGE}),
    ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
    ("ping", {}),
    ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": TEXT}}),
    ("content_block_delta", {"index": 0, "delta": {"type": "delta_of_tomorrow", "x": 1}}),
    ("content_block_stop", {"index": 0}),
    ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
    ("message_stop", {}),
]
MESSAGES_STREAM = [event({"type": kind, **more}, kind) for kind, more in _MESSAGED]
_PART = {"candidates": [{"content": {"role": "model", "parts": [{"text": TEXT}]}, "finishReason": "STOP"}]}
GEMINI_EVENTS = [event(_PART).replace(b"\n\n", b"\r\n\r\n") for _ in range(3)]
OLLAMA_LINES = [
    plain({"model": "m", "message": {"role": "assistant", "content": TEXT}, "done": done}) + b"\n"
    for done in (False, False, True)
]
SPOKEN: list[tuple[str, str, bytes, list[bytes], Header]] = [
    ("chat", CHAT, CHAT_ANSWER, CHAT_STREAM, EVENTS),
    ("responses", RESPONSES, RESPONSES_ANSWER, RESPONSES_STREAM, EVENTS),
    ("messages", MESSAGES, MESSAGES_ANSWER, MESSAGES_STREAM, EVENTS),
    ("gemini", GEMINI_STREAM, plain(_PART), GEMINI_EVENTS, EVENTS),
    ("ollama", OLLAMA, OLLAMA_LINES[-1], OLLAMA_LINES, LINES),
]
FAILED = {"error": {"type": "some_error", "message": f"no – {TEXT}", "code": None}}
STATUSES = (400, 401, 403, 404, 408, 409, 413, 422, 429, 451, 500, 502, 503, 504, 520, 529, 599)

# -- the corpus --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One exchange: what is asked and what is answered."""

    name: str
    reply: Reply
    target: str = CHAT
    method: str = "POST"


def _spoken() -> list[Case]:
    cases = []
    for name, target, answer, stream, kind in SPOKEN:
        cases.append(Case(f"{name}-json", Reply(whole(answer, JSON)), target))
        parts = chunked(stream, kind)
        cases.append(Case(f"{name}-stream", Reply(parts), target))
        cases.append(
            Case(f"{name}-stream-cut-everywhere", Reply(parts, cut=1 if name == "messages" else 7), target)
        )
        torn = chunked([b"".join(stream)[i : i + 5] for i in range(0, len(b"".join(stream)), 5)], kind)
        cases.append(Case(f"{name}-chunks-inside-letters", Reply(torn, cut=13), target))
        cases.append(Case(f"{name}-error", Reply(whole(plain(FAILED), JSON, status=429)), target))
        cases.append(Case(f"{name}-error-in-a-200", Reply(whole(plain(FAILED), JSON)), target))
        half = chunked(stream[: len(stream) // 2], kind)
        cases.append(Case(f"{name}-stream-without-its-end", Reply(half), target))
    return cases


PACKERS = {
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "br": brotli.compress,
    "zstd": zstd.compress,
    "deflate": zlib.compress,
}


def _packed() -> list[Case]:
    cases = []
    for name, pack in PACKERS.items():
        coding = ("Content-Encoding", name)
        cases.append(Case(f"{name}-json", Reply(whole(pack(CHAT_ANSWER), JSON, coding))))
        events = pack(b"".join(CHAT_STREAM))
        parts = [events[i : i + 11] for i in range(0, len(events), 11)]
        cases.append(Case(f"{name}-stream", Reply(chunked(parts, EVENTS, coding), cut=3)))
        cases.append(Case(f"{name}-broken", Reply(whole(pack(CHAT_ANSWER)[:-9], JSON, coding))))
        cases.append(Case(f"{name}-that-it-is-not", Reply(whole(CHAT_ANSWER, JSON, coding))))
    twice = gzip.compress(brotli.compress(CHAT_ANSWER), mtime=0)
    cases.append(Case("packed-twice", Reply(whole(twice, JSON, ("Content-Encoding", "br, gzip")))))
    cases.append(Case("packed-as-nobody-knows", Reply(whole(twice, JSON, ("Content-Encoding", "x-new")))))
    cases.append(Case("not-packed", Reply(whole(CHAT_ANSWER, JSON, ("Content-Encoding", "identity")))))
    return cases


def _framed() -> list[Case]:
    """Where a body ends, and where it does not."""
    cut: list[tuple[str, bytes, End]] = [
        ("until-the-close", head(200, JSON, ("Connection", "close")) + CHAT_ANSWER, "close"),
        ("until-the-close-unsaid", head(200, JSON) + CHAT_ANSWER, "close"),
        ("until-the-close-http-1.0", head(200, JSON, version="1.0") + CHAT_ANSWER, "close"),
        ("nothing-until-the-close", head(200, ("Connection", "close")), "close"),
        ("a-reset-after-some", head(200, JSON) + CHAT_ANSWER[:20], "reset"),
        ("shorter-than-it-says", whole(CHAT_ANSWER, JSON)[:-9], "close"),
        ("shorter-than-it-says-reset", whole(CHAT_ANSWER, JSON)[:-9], "reset"),
        ("cut-in-a-chunk", chunked(CHAT_STREAM, EVENTS)[:-120], "close"),
        ("no-last-chunk", chunked(CHAT_STREAM, EVENTS, end=b""), "close"),
        ("close-after-length", whole(CHAT_ANSWER, JSON, ("Connection", "close")), "close"),
        ("closed-in-silence", b"", "close"),
        ("cut-in-the-head", head(200, JSON)[:-9], "close"),
    ]
    cases = [Case(name, Reply(wire, end)) for name, wire, end in cut]
    ten = [("Content-Length", str(len(CHAT_ANSWER))), ("Connection", "keep-alive")]
    trailers = b"0\r\nX-Checksum: abc\r\nX-More: 1\r\n\r\n"
    extended = b"5;name=value\r\nhello\r\n5 ;x\r\nworld\r\n0\r\n\r\n"
    bare = head(200, ("Transfer-Encoding", "chunked"))
    both = head(200, ("Content-Length", "7"), ("Transfer-Encoding", "chunked"))
    return [
        *cases,
        Case("http-1.0-kept", Reply(head(200, JSON, *ten, version="1.0") + CHAT_ANSWER)),
        Case("empty", Reply(whole(b"", JSON))),
        Case("empty-chunked", Reply(chunked([], JSON))),
        Case("one-byte", Reply(whole(b"{", JSON))),
        Case("trailers", Reply(chunked(CHAT_STREAM, EVENTS, ("Trailer", "X-Checksum"), end=trailers))),
        Case("chunk-extensions", Reply(bare + extended)),
        Case(
            "capital-chunk-sizes", Reply(bare + b"A\r\n0123456789\r\n00F\r\n" + b"x" * 15 + b"\r\n0\r\n\r\n")
        ),
        Case("spaces-behind-chunk-sizes", Reply(bare + b"5  \r\nhello\r\n0  \r\n\r\n")),
        Case("two-lengths", Reply(both + b"5\r\nhello\r\n0\r\n\r\n")),
        Case("no-content", Reply(head(204))),
        Case("no-content-of-no-length", Reply(head(204, ("Content-Length", "0")))),
        Case("not-modified", Reply(head(304, ("ETag", '"1"'), ("Content-Length", "99")))),
        Case("reset-content", Reply(head(205, ("Content-Length", "0")))),
        Case("early-hints", Reply(head(103, ("Link", "</x>; rel=preload")) + whole(CHAT_ANSWER, JSON))),
        Case("head", Reply(head(200, JSON, ("Content-Length", "99"))), "/v1/models", "HEAD"),
        Case("head-of-chunks", Reply(head(200, ("Transfer-Encoding", "chunked"))), CHAT, "HEAD"),
        Case("a-list", Reply(whole(b'{"data": []}', JSON)), "/v1/models?limit=2&after=%C3%A9", "GET"),
        Case("large", Reply(whole(b"[" + b"1," * 400_000 + b"1]", JSON), cut=65_535)),
    ]


def _headed() -> list[Case]:
    """Heads that are rare and allowed."""
    many = [(f"X-Of-Many-{number}", str(number)) for number in range(80)]
    odd: dict[str, list[Header]] = {
        "twice-the-same": [("Set-Cookie", "a=1; Path=/"), ("X-A", "1"), ("Set-Cookie", "b=2"), ("x-a", "2")],
        "empty-value": [("X-Empty", ""), ("X-After", "here")],
        "odd-letters": [("X-Latin", "caf\xe9 \xa7"), ("X-Tab", "a\tb"), ("X-Quoted", '"a, b"; c="d"')],
        "odd-names": [("x-oDD_name!#$%&'*+.^`|~1", "1"), ("X", "2")],
        "long": [("X-Long", "v" * 7000)],
        "many": many,
        "spaces": [("X-Spaces", "   three before and after   ")],
        "limits": [
            ("x-ratelimit-remaining-tokens", "0"),
            ("retry-after-ms", "7"),
            ("x-should-retry", "true"),
        ],
        "its-own-connection": [("Connection", "X-Mine"), ("X-Mine", "hop"), ("Keep-Alive", "timeout=5")],
        "upgrade-offered": [("Upgrade", "h2c"), ("Alt-Svc", 'h3=":443"')],
    }
    cases = [Case(f"head-{name}", Reply(whole(CHAT_ANSWER, JSON, *more))) for name, more in odd.items()]
    for name, reason in {
        "none": "",
        "blank": " ",
        "own": " Overloaded, come back",
        "latin": " d\xe9j\xe0",
    }.items():
        cases.append(Case(f"reason-{name}", Reply(whole(CHAT_ANSWER, JSON, reason=reason))))
        cases.append(Case(f"reason-{name}-529", Reply(whole(b"{}", JSON, reason=reason, status=529))))
    return cases


def _said() -> list[Case]:
    """Bodies that nobody expects."""
    streams: dict[str, bytes] = {
        "carriage-returns": b"".join(CHAT_STREAM).replace(b"\n", b"\r\n"),
        "lone-carriage-returns": b"".join(CHAT_STREAM).replace(b"\n", b"\r"),
        "comments": b": hello\n\n" + b": more\n\n".join(CHAT_STREAM),
        "byte-order-mark": b"\xef\xbb\xbf" + b"".join(CHAT_STREAM),
        "no-last-line-end": b"".join(CHAT_STREAM).rstrip(b"\n"),
        "several-data-lines": b'data: {"id":\ndata: "c"}\nid: 7\nretry: 10\n\n' + b"".join(CHAT_STREAM),
        "unknown-events": b"event: of.tomorrow\ndata: {}\n\nnonsense\nfield without: colon\n\n"
        + CHAT_STREAM[-1],
        "after-the-end": b"".join(CHAT_STREAM) + CHAT_STREAM[1],
        "an-error-event": b"".join(CHAT_STREAM[:3]) + event(FAILED, "error"),
        "a-huge-line": event({"choices": [{"index": 0, "delta": {"content": "x" * 300_000}}]}),
        "broken-letters": b'data: {"choices": [{"delta": {"content": "\xff\xfe\xc3"}}]}\n\n',
        "broken-json": b'data: {"choices": [{"del\n\ndata: }\n\n',
        "nothing-but-ends": b"\n" * 400,
    }
    bodies: dict[str, bytes] = {
        "broken-json": CHAT_ANSWER[:-7],
        "broken-letters": b'{"choices": "\xff\xc3\x28"}',
        "a-page": b"<html><body>502 Bad Gateway</body></html>",
        "nul": b"\x00" * 64,
        "a-surrogate": b'{"choices": [{"message": {"content": "\\ud83d"}}]}',
        "deep": b"[" * 5000 + b"]" * 5000,
        "two-values": CHAT_ANSWER + b"\n" + CHAT_ANSWER,
        "byte-order-mark": b"\xef\xbb\xbf" + CHAT_ANSWER,
        "numbers": b'{"a": 1e999, "b": 123456789012345678901234567890, "c": -0.0, "d": NaN}',
        "the-same-key-twice": b'{"model": "a", "model": "b"}',
    }
    cases = [
        Case(f"events-{name}", Reply(chunked([body], EVENTS), cut=997)) for name, body in streams.items()
    ]
    cases += [Case(f"body-{name}", Reply(whole(body, JSON))) for name, body in bodies.items()]
    cases += [
        Case(f"status-{s}", Reply(whole(plain(FAILED), JSON, status=s, reason=" No"))) for s in STATUSES
    ]
    return cases


CASES = [*_spoken(), *_packed(), *_framed(), *_headed(), *_said()]
"""Every recorded-like exchange there is."""
assert len({case.name for case in CASES}) == len(CASES)
