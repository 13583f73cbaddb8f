"""A client whose calls are recorded in its own process sees, and sends, what it would without that."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from tests.fidelity.clients import Ask, Question, Seen, clients
from tests.fidelity.corpus import CASES, CHAT, MESSAGES, PACKERS, RESPONSES
from tests.fidelity.provider import Asked, Provider, Reply, providing

from agentprobe.adapters import aiohttp_hook, http_hook, startup, urllib3_hook
from agentprobe.adapters.session import session
from agentprobe.trace.read import read_trace

CLIENTS = clients()
Told = dict[str, tuple[Seen, list[Asked]]]
"""By case: what the client saw, and what the provider did."""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


@pytest.fixture(autouse=True)
def unhooked() -> Iterator[None]:
    yield
    http_hook.uninstall()
    aiohttp_hook.detach()
    urllib3_hook.detach()
    for watcher in startup._watchers:
        watcher.stop()


def exchanged(provider: Provider, ask: Ask, question: Question) -> tuple[Seen, list[Asked]]:
    """What the client sees, and what the provider does."""
    provider.asked.clear()
    seen = ask(provider.url, question)
    return seen, list(provider.asked)


def differences(bare: Told, recorded: Told) -> list[str]:
    """What is not the same, each in a line."""
    lines = []
    for case, (seen, asked) in bare.items():
        for field in fields(seen):
            before, after = getattr(seen, field.name), getattr(recorded[case][0], field.name)
            if before != after:
                lines.append(f"{case}: {field.name}: {str(before)[-200:]} became {str(after)[-200:]}")
        if asked != recorded[case][1]:
            lines.append(f"{case}: asked: {str(asked)[:400]} became {str(recorded[case][1])[:400]}")
    return lines


@pytest.mark.parametrize("name", CLIENTS)
def test_every_reply_of_the_corpus_is_seen_as_it_was_sent(
    provider: Provider, tmp_path: Path, name: str
) -> None:
    bare, recorded = {}, {}
    with CLIENTS[name]() as ask:
        for case in CASES:
            provider.reply = case.reply
            bare[case.name] = exchanged(provider, ask, Question(case.target, case.method))
    with session(trace=tmp_path / "t.jsonl"), CLIENTS[name]() as ask:
        for case in CASES:
            provider.reply = case.reply
            recorded[case.name] = exchanged(provider, ask, Question(case.target, case.method))
    assert differences(bare, recorded) == []
    assert len(read_trace(tmp_path / "t.jsonl").model_calls) > len(CASES)


ASK = Question(CHAT).body
QUESTIONS = {
    "empty": Question(CHAT, body=b""),
    "no-json": Question(CHAT, body=b"\xff\xfe{"),
    "gzip": Question(CHAT, body=gzip.compress(ASK, mtime=0), headers=(("Content-Encoding", "gzip"),)),
    "zstd": Question(RESPONSES, body=PACKERS["zstd"](ASK), headers=(("Content-Encoding", "zstd"),)),
    "not-gzip": Question(CHAT, headers=(("content-encoding", "gzip"),)),
    "query": Question(CHAT + "?api-version=1&x=%20y&x=2&e=%C3%A9"),
    "large": Question(MESSAGES, body=ASK + b" " * 300_000),
    "headers": Question(
        MESSAGES, headers=(("X-oDD", "a, b;c"), ("anthropic-version", "2"), ("x-long", "v" * 6000))
    ),
    "a-get": Question("/v1/models", "GET", b""),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_every_request_is_sent_as_it_was_made(provider: Provider, tmp_path: Path, name: str) -> None:
    provider.reply = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    with CLIENTS[name]() as ask:
        bare = {case: exchanged(provider, ask, question) for case, question in QUESTIONS.items()}
        opened = provider.connections
    with session(trace=tmp_path / "t.jsonl"), CLIENTS[name]() as ask:
        recorded = {case: exchanged(provider, ask, question) for case, question in QUESTIONS.items()}
    assert differences(bare, recorded) == []
    assert all(len(asked) == 2 for _, asked in bare.values())
    assert provider.connections - opened <= 2, "a kept connection must serve again"
