"""The replay room as a script, and what a trace gives back through it."""

from __future__ import annotations

import json
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from agentprobe.adapters.orders import Orders
from agentprobe.domain.call import Call, Effect, Kind, Outcome
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import CutOff, RateLimited, ReplayMiss, TimedOut
from agentprobe.kernel.room import Wait
from agentprobe.kernel.walk import walk
from agentprobe.trace.read import read_trace
from agentprobe.trace.replay.answer import REPLAYED, answer_of
from agentprobe.trace.replay.compare import caveats
from agentprobe.trace.replay.room import LIVE, MISSED, NEAR, Replay, Replaying
from agentprobe.trace.replay.script import Script

JSON = (("content-type", "application/json"),)


def asks(text: str, retry: int | None = None, **more: Any) -> Call:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **more}).encode()
    headers = (*JSON, *((("x-stainless-retry-count", str(retry)),) if retry is not None else ()))
    request = HttpRequest(method="POST", target="/v1/chat/completions", headers=headers, body=body)
    return Call(kind=Kind.MODEL, name="m", request=request, dialect="openai_chat")


def tool(name: str, **arguments: Any) -> Call:
    return Call(kind=Kind.TOOL, name=name, request=arguments, effect=Effect.WRITE)


def says(text: str, status: int = 200, *chunks: Chunk) -> Outcome:
    body = json.dumps({"choices": [{"index": 0, "message": {"content": text}}]}).encode()
    reply = HttpReply(status=status, headers=JSON, chunks=chunks or (Chunk(body, 0.5),))
    return Outcome(value=reply)


def recorded(folder: Path, *crossings: tuple[Call, Outcome]) -> Path:
    """A trace in which each call had its outcome."""
    path = folder / "trace.jsonl"
    with Orders(id="s", trace=path).open() as active:
        for call, outcome in crossings:
            boundary = active.session.boundary
            if call.kind is Kind.TOOL:
                boundary.call(call, lambda _, said=outcome: said.unwrap())  # type: ignore[misc]
                continue

            def opened(_: Call, said: Outcome = outcome) -> Generator[Piece, None, None]:
                if said.value is not None:
                    yield from (said.value.head, *said.value.chunks)
                if said.error is not None:
                    raise said.error

            with suppress(*([type(outcome.error)] if outcome.error else [])):
                list(boundary.stream(call, opened))
    return path


def room(path: Path, **how: Any) -> Replay:
    return Replaying(trace=path, **how).room()


def came(replay: Replay, call: Call) -> Outcome:
    """What the room answers without asking anybody."""
    path = walk(call, [replay])
    with pytest.raises(StopIteration) as end:
        next(path)
    outcome = end.value.value
    assert isinstance(outcome, Outcome)
    return outcome


def text_of(outcome: Outcome) -> str:
    assert isinstance(outcome.value, HttpReply)
    return outcome.value.body.decode()


def test_each_of_equal_requests_gets_its_own_answer_in_order(tmp_path: Path) -> None:
    path = recorded(tmp_path, (asks("a"), says("one")), (asks("b"), says("other")), (asks("a"), says("two")))
    replay = room(path)
    said = [text_of(came(replay, asks(word))) for word in "aab"]
    assert ["one" in said[0], "two" in said[1], "other" in said[2]] == [True] * 3


def test_a_request_is_the_same_however_its_json_is_spelled(tmp_path: Path) -> None:
    replay = room(recorded(tmp_path, (asks("a"), says("yes"))))
    body = b'{"messages":[{"content":"a","role":"user"}],\n "model":"m"}'
    call = asks("a")
    other = HttpRequest(method="POST", target="/openai/v1/chat/completions", body=body)
    assert "yes" in text_of(came(replay, Call(kind=call.kind, name="m", dialect=call.dialect, request=other)))


def test_attempts_that_the_sdk_counts_find_their_own_outcome(tmp_path: Path) -> None:
    path = recorded(
        tmp_path,
        (asks("a", 0), says("limit", 429)),
        (asks("a", 0), says("at once")),
        (asks("a", 1), says("then")),
    )
    replay = room(path)
    assert [came(replay, asks("a", n)).value.status for n in (0, 1, 0)] == [429, 200, 200]


def test_a_secret_in_a_request_does_not_hide_its_answer(tmp_path: Path) -> None:
    call = asks("my key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD")
    path = recorded(tmp_path, (call, says("thanks")))
    assert b"sk-proj-abc" not in path.read_bytes()
    assert "thanks" in text_of(came(room(path), call))


def test_a_miss_names_the_nearest_call_and_what_differs(tmp_path: Path) -> None:
    path = recorded(tmp_path, (asks("a", seed=1, top_p=0.5), says("x")), (asks("good morning"), says("y")))
    outcome = came(room(path), asks("good evening"))
    assert outcome.marks == (MISSED,)
    assert outcome.value.status == 403
    assert outcome.value.header("x-should-retry") == "false"
    said = json.loads(outcome.value.body)["error"]["message"]
    assert "nearest is recorded call 2" in said
    assert 'messages[0].content was "good morning", is "good evening"' in said


def test_a_request_asked_once_too_often_is_a_miss(tmp_path: Path) -> None:
    replay = room(recorded(tmp_path, (asks("a"), says("x"))))
    came(replay, asks("a"))
    assert "was recorded once and is asked once more" in text_of(came(replay, asks("a")))


def test_a_tool_gives_back_what_it_gave_and_is_not_run(tmp_path: Path) -> None:
    path = recorded(tmp_path, (tool("find", id=7), Outcome(value={"name": "Ada"})))
    outcome = came(room(path), tool("find", id=7))
    assert (outcome.value, outcome.error) == ({"name": "Ada"}, None)


def test_a_tool_that_is_not_recorded_is_an_error(tmp_path: Path) -> None:
    path = recorded(tmp_path, (tool("find", id=7), Outcome(value=1)))
    error = came(room(path), tool("find", id=8)).error
    assert isinstance(error, ReplayMiss)
    assert "id was 7, is 8" in str(error)
    assert "name was" in str(came(room(path), tool("delete", id=7)).error)


class OrderGone(Exception):
    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"order {number} is gone: {reason}")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        KeyError("id"),
        OrderGone(3, "lost"),
        TimedOut(2.5),
        RateLimited(1.0),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
    ],
)
def test_a_tools_error_comes_back_as_an_error_of_its_class(tmp_path: Path, error: Exception) -> None:
    path = recorded(tmp_path, (tool("find"), Outcome(error=error)))
    again = came(room(path), tool("find")).error
    assert isinstance(again, type(error))
    assert (type(again).__name__, str(again)) == (type(error).__name__, str(error))


def test_an_error_of_a_class_that_nobody_knows_keeps_its_name(tmp_path: Path) -> None:
    local = type("OnlyThere", (Exception,), {})
    path = recorded(tmp_path, (tool("find"), Outcome(error=local("x"))))
    del local
    again = came(room(path), tool("find")).error
    assert (type(again).__name__, str(again)) == ("OnlyThere", "x")


@pytest.mark.parametrize("error", [CutOff("closed"), TimedOut(30.0)])
def test_a_stream_that_broke_off_breaks_off_again(tmp_path: Path, error: Exception) -> None:
    cut = Outcome(value=says("", 200, Chunk(b"data: 1", 0.1), Chunk(b"2", 0.4)).value, error=error)
    again = came(room(recorded(tmp_path, (asks("a", stream=True), cut))), asks("a", stream=True))
    assert [chunk.data for chunk in again.value.chunks] == [b"data: 1", b"2"]
    assert (type(again.error), str(again.error)) == (type(error), str(error))


def test_a_provider_that_never_answered_stays_silent(tmp_path: Path) -> None:
    path = recorded(tmp_path, (asks("a"), Outcome(error=TimedOut(12.0))))
    again = came(room(path), asks("a"))
    assert isinstance(again.error, TimedOut)
    assert again.error.seconds == 12.0


def test_nothing_is_waited_for_unless_the_pace_is_asked_for(tmp_path: Path) -> None:
    chunks = (Chunk(b"data: 1", 0.5), Chunk(b"2", 2.0))
    path = recorded(tmp_path, (asks("a"), says("", 200, *chunks)))
    at_once = came(room(path), asks("a")).value
    assert [chunk.pause for chunk in at_once.chunks] == [0, 0]
    walked = walk(asks("a"), [room(path, pace=True)])
    assert next(walked) == Wait(0.5)
    with pytest.raises(StopIteration) as end:
        walked.send(Outcome())
    assert [chunk.pause for chunk in end.value.value.value.chunks] == [0, 1.5]


def test_a_refusal_asks_for_no_patience_unless_the_pace_is_asked_for(tmp_path: Path) -> None:
    limited = HttpReply(status=429, headers=(*JSON, ("Retry-After", "20")), chunks=(Chunk(b"{}"),))
    trace = read_trace(recorded(tmp_path, (asks("a"), Outcome(value=limited))))
    hurried = answer_of(trace.calls[0]).outcome.value
    assert (hurried.header("retry-after"), hurried.header("retry-after-ms")) == (None, "1")
    assert answer_of(trace.calls[0], pace=True).outcome.value.headers == limited.headers


def test_a_compressed_reply_comes_uncompressed_and_in_its_length(tmp_path: Path) -> None:
    import gzip

    plain = says("hello").value.body
    packed = gzip.compress(plain)
    headers = (*JSON, ("Content-Encoding", "gzip"), ("Content-Length", str(len(packed))))
    reply = HttpReply(status=200, headers=headers, chunks=(Chunk(packed),))
    again = came(room(recorded(tmp_path, (asks("a"), Outcome(value=reply)))), asks("a")).value
    assert again.body == plain
    assert again.header("content-encoding") is None
    assert again.header("content-length") == str(len(plain))


def test_a_lenient_replay_lets_the_unknown_through_and_marks_it(tmp_path: Path) -> None:
    replay = room(recorded(tmp_path, (asks("a"), says("x"))), lenient=True)
    assert "x" in text_of(came(replay, asks("a")))
    walked = walk(asks("b"), [replay])
    assert next(walked) == asks("b")
    with pytest.raises(StopIteration) as end:
        walked.send(says("world"))
    assert end.value.value.marks == (LIVE,)


def test_a_request_that_is_nearly_the_same_gets_the_answer_of_the_like_one(tmp_path: Path) -> None:
    words = "word " * 200
    path = recorded(tmp_path, (asks("other"), says("x")), (asks(f"{words} 9:15"), says("y")))
    assert came(room(path), asks(f"{words} 9:16")).marks == (MISSED,)
    replay = room(path, near=True)
    outcome = came(replay, asks(f"{words} 9:16"))
    assert ("y" in text_of(outcome), outcome.marks) == (True, (REPLAYED, NEAR))
    assert came(replay, asks(f"{words} 9:17")).marks == (MISSED,)
    assert came(replay, asks("another")).marks == (MISSED,)


def test_what_the_recording_lacks_is_said_and_refused(tmp_path: Path) -> None:
    path = recorded(tmp_path, (asks("a"), says("x")))
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if '"outcome"' not in line) + "\n")
    assert caveats(read_trace(path)) == (
        "recorded call 1 cannot be replayed: the recording broke off before its answer came",
    )
    assert "the recording broke off" in text_of(came(room(path), asks("a")))


def test_a_long_script_is_given_out_in_order_and_each_scene_once(tmp_path: Path) -> None:
    calls = [(tool("find", id=n % 2), Outcome(value=n)) for n in range(1000)]
    replay = room(recorded(tmp_path, *calls))
    assert [came(replay, call).value for call, _ in calls] == list(range(1000))
    assert isinstance(came(replay, tool("find", id=0)).error, ReplayMiss)


def test_threads_that_share_a_script_never_get_the_same_scene(tmp_path: Path) -> None:
    script = Script.of(read_trace(recorded(tmp_path, *[(tool("find"), Outcome(value=n)) for n in range(64)])))
    asked = script.scenes[0].asked
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: script.take(asked), range(64)))
    assert sorted(scene.number for scene in taken if scene) == list(range(1, 65))
    assert script.left == ()
