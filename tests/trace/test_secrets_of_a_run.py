"""What a trace may hold: secrets under words of one's own key, own rules, and traces without content."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Generator
from pathlib import Path

import pytest

from agentprobe.adapters.identity import commit
from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import VirtualClock
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Effect, Kind
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ModelSettings, ToolCall
from agentprobe.domain.wire import HttpRequest, Piece
from agentprobe.errors import ConfigError, TraceError
from agentprobe.kernel.boundary import Boundary
from agentprobe.trace.diff.compare import diff
from agentprobe.trace.environment import secrets_in
from agentprobe.trace.known_secrets import leaks, spellings
from agentprobe.trace.own_key import own_key
from agentprobe.trace.read import read_trace
from agentprobe.trace.redact import Redaction
from agentprobe.trace.replay.room import Replaying
from agentprobe.trace.stand_ins import is_stand_in, stand_in
from agentprobe.trace.view import Trace

CHAT = dialect_named("openai_chat")
KEYS = (
    "sk-proj-abcDEF0123456789xyz",
    "sk-ant-api03-abcdefghijklmnop-0123",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "xoxb-123456789012-abcdefghijkl",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
)


def _word(secret: str, key: bytes = b"mine") -> str:
    return stand_in(secret.encode(), "api_key", key).decode()


@pytest.mark.parametrize("secret", KEYS)
def test_a_word_keeps_the_form_of_its_secret_and_tells_nothing_else_of_it(secret: str) -> None:
    word = _word(secret)
    assert len(word) == len(secret)
    assert word[:3] == secret[:3]
    assert word == _word(secret)
    assert word != _word(secret, b"another")
    assert word != _word(secret[:-1] + "Z")
    assert is_stand_in(word.encode())
    assert secret[12:] not in word
    line = json.dumps({"text": f"use {secret} now", "api_key": secret}).encode()
    cleaned = json.loads(Redaction(key=b"mine").clean(line))
    assert cleaned == {"text": f"use {word} now", "api_key": word}


def test_a_bearer_and_the_key_in_it_are_hidden_under_one_word() -> None:
    redaction = Redaction(key=b"mine")
    ((_, hidden),) = redaction.headers((("Authorization", f"Bearer {KEYS[0]}"),))
    assert hidden == f"Bearer {_word(KEYS[0])}"


def test_the_key_is_made_once_for_its_owner_alone_and_outside_the_project(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    key = own_key(environ)
    place = tmp_path / "config" / "agentprobe" / "redaction.key"
    assert own_key(environ) == key == bytes.fromhex(place.read_text())
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert own_key({"AGENTPROBE_KEY_FILE": str(tmp_path / "other")}) != key


def test_without_a_place_for_a_key_there_is_one_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(own_key({"XDG_CONFIG_HOME": str(tmp_path / "file")})) == 32


def test_secrets_of_the_environment_are_told_by_their_names_and_looks() -> None:
    environ = {
        "MY_API_KEY": "zebra77stripes",
        "DB_PASSWORD": "hunter2hunter2",
        "OPENAI_API_KEY": "simulated",
        "PIN_TOKEN": "12345678",
        "KEYBOARD": "zebra77stripes",
        "SSH_KEY": "/home/me/.ssh/id",
        "PATH": "/usr/bin:/bin/zebra77",
    }
    assert set(secrets_in(environ)) == {"MY_API_KEY", "DB_PASSWORD"}


@pytest.mark.parametrize("value", ["zebra77stripes", 'quo"te\\d77', "päss77wörter", "a/b+c=d77777"])
def test_a_known_secret_is_found_in_every_spelling(tmp_path: Path, value: str) -> None:
    cleaner, path = Redaction(known={"MY_KEY": value}), tmp_path / "leak.jsonl"
    for spelling in spellings(value):
        line = b'{"text": "before ' + spelling + b' after"}'
        assert spelling not in cleaner.clean(line)
        path.write_bytes(b"{}\n" + line + b"\n")
        assert leaks(path, {"MY_KEY": value}) == ["line 2 holds the value of MY_KEY"]
        path.write_bytes(cleaner.clean(line) + b"\n")
        assert leaks(path, {"MY_KEY": value}) == []


# -- a recorded session ------------------------------------------------------------------------------


def _recorded(path: Path, question: str = "Ask EMP-4711 about 123456", **rules: object) -> Trace:
    request = ModelRequest(
        model="m-1",
        messages=(Message(role="system", text="Be careful."), Message(role="user", text=question)),
        settings=ModelSettings(temperature=0.5),
    )
    tool = ToolCall(id="c1", name="look", arguments=json.dumps({"who": "EMP-4711"}))
    answer = ModelAnswer(
        id="a", model="m-1", text="EMP-4711 it is", tool_calls=(tool,), finish=Finish.TOOL_CALLS
    )
    body = CHAT.write_request(request)
    wire = HttpRequest(method="POST", target="/v1/chat/completions?user=EMP-4711", body=body)

    def answering(_: Call) -> Generator[Piece, None, None]:
        reply = CHAT.write_answer(answer, request)
        yield reply.head
        yield from reply.chunks

    def looking(_: Call) -> object:
        return {"found": "EMP-4711", "number": 123456, "customer_ref": "C-17"}

    orders = Orders(id="s", trace=path, agent={"command": ["python", "agent.py", question]}, **rules)  # type: ignore[arg-type]  # rules by name
    with orders.open(clock=VirtualClock()) as active:
        boundary: Boundary = active.session.boundary
        list(
            boundary.stream(Call(kind=Kind.MODEL, name="m-1", request=wire, dialect="openai_chat"), answering)
        )
        asked = {"who": "EMP-4711", "customer_ref": "C-17"}
        boundary.call(
            Call(kind=Kind.TOOL, name="look", request=asked, effect=Effect.WRITE, intent="EMP-4711"), looking
        )
    return read_trace(path)


def test_own_rules_are_kept_everywhere_and_spoil_no_line(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    trace = _recorded(path, redact=(r"EMP-\d+", r"\d{6}"), redact_keys=("customer_ref",))
    text = path.read_text()
    for hidden in ("EMP-4711", "123456", "C-17"):
        assert hidden not in text
    assert trace.complete
    model, tool = trace.calls
    assert model.settings is not None
    assert model.settings.temperature == 0.5
    assert tool.value["found"].startswith("[redacted:own_1:")
    assert tool.value["number"].startswith("[redacted:own_2:")
    assert tool.value["customer_ref"].startswith("[redacted:customer_ref:")


def test_a_rule_that_is_none_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no regular expression"):
        Orders(id="s", trace=tmp_path / "t.jsonl", redact=("(",)).open()


def test_a_recording_with_hidden_secrets_is_replayed(tmp_path: Path) -> None:
    rules = {"redact": (r"EMP-\d+",), "redact_keys": ("customer_ref",)}
    _recorded(tmp_path / "first.jsonl", f"my key is {KEYS[0]}", **rules)
    replaying = Replaying(trace=tmp_path / "first.jsonl")
    again = _recorded(tmp_path / "again.jsonl", f"my key is {KEYS[0]}", replay=replaying, **rules)
    assert [
        "replay" in " ".join(call.marks) and "missed" not in " ".join(call.marks) for call in again.calls
    ] == [
        True,
        True,
    ]


def test_without_content_no_word_is_kept_and_runs_can_still_be_compared(tmp_path: Path) -> None:
    first = _recorded(tmp_path / "a.jsonl", content=False)
    again = _recorded(tmp_path / "b.jsonl", content=False)
    other = _recorded(tmp_path / "c.jsonl", "Something else", content=False)
    text = first.path.read_text()
    for word in ("EMP-4711", "123456", "careful", "C-17", "about", "it is"):
        assert word not in text
    model, tool = first.calls
    assert first.complete
    assert (model.name, model.status, tool.name) == ("m-1", 200, "look")
    assert model.settings is not None
    assert model.settings.temperature == 0.5
    assert model.answer is not None
    assert model.answer.finish is Finish.TOOL_CALLS
    assert tool.value["$shape"] == {"found": "text", "number": "number", "customer_ref": "text"}
    assert diff(first, again).same
    parted = diff(first, other).first
    assert parted is not None
    assert next(cause.value for cause in parted.causes) == "messages"


def test_a_trace_without_content_is_not_replayed_and_says_why(tmp_path: Path) -> None:
    _recorded(tmp_path / "a.jsonl", content=False)
    with pytest.raises(TraceError, match="recorded with --no-content, so no answer is in it"):
        Replaying(trace=tmp_path / "a.jsonl").room()


# -- what made the run -------------------------------------------------------------------------------


def test_a_trace_says_what_made_it(tmp_path: Path) -> None:
    header = _recorded(tmp_path / "a.jsonl").header
    assert {"python", "platform", "agentprobe"} <= set(header.identity)
    assert len(header.key) == 16
    assert own_key().hex() not in (tmp_path / "a.jsonl").read_text()


def test_the_commit_is_read_without_git_wherever_it_is_kept(tmp_path: Path) -> None:
    store = tmp_path / ".git"
    (store / "refs" / "heads").mkdir(parents=True)
    (store / "HEAD").write_text("ref: refs/heads/main\n")
    assert commit(tmp_path) == ""
    (store / "packed-refs").write_text("# pack-refs\n" + "b" * 40 + " refs/heads/main\n")
    assert commit(tmp_path) == "b" * 40
    (store / "refs" / "heads" / "main").write_text("a" * 40 + "\n")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    assert commit(tmp_path / "deep" / "er") == "a" * 40
    (store / "HEAD").write_text("c" * 40)
    assert commit(tmp_path) == "c" * 40
    tree = tmp_path / "tree"
    tree.mkdir()
    (store / "worktrees" / "t").mkdir(parents=True)
    (store / "worktrees" / "t" / "HEAD").write_text("ref: refs/heads/main\n")
    (store / "worktrees" / "t" / "commondir").write_text("../..\n")
    (tree / ".git").write_text(f"gitdir: {store / 'worktrees' / 't'}\n")
    assert commit(tree) == "a" * 40
    (store / "HEAD").write_bytes(os.urandom(8))
    assert isinstance(commit(tmp_path), str)


def test_the_scan_at_the_end_knows_the_credentials_of_headers(tmp_path: Path) -> None:
    redaction, path = Redaction(key=b"mine"), tmp_path / "trace.jsonl"
    redaction.headers(
        (
            ("Authorization", "Bearer zebra77stripes9"),
            ("x-api-key", "hunter2hunter2"),
            ("x-api-key", "lion88manes88"),
            ("openai-organization", "my-organization-9"),
            ("api-key", "simulated"),
        )
    )
    path.write_bytes(b"{}\nzebra77stripes9 of my-organization-9, simulated\nlion88manes88\n")
    assert leaks(path, redaction.known) == [
        "line 2 holds the value of the header authorization",
        "line 3 holds the value of the header x-api-key (2)",
    ]
