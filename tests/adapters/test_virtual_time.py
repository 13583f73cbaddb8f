"""A hang of ten minutes costs no time: the SDKs' own timeouts and retries run on virtual time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import anthropic
import openai
import pytest

import agentprobe
from agentprobe.adapters import http_hook, virtual_sleep
from agentprobe.adapters.active import Active
from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import VirtualClock
from agentprobe.basis.virtual_loop import VirtualLoop
from agentprobe.domain.call import Call, Outcome
from agentprobe.domain.wire import Chunk, HttpReply
from agentprobe.errors import TimedOut
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage, Wait

if TYPE_CHECKING:
    from tests.adapters.conftest import Notes, Script, Wire

MESSAGES: Any = [{"role": "user", "content": "hello"}]


class Hangs:
    """The world never answers: the caller waits as long as it wants to."""

    place = Place.INJECT

    def intercept(self, call: Call) -> Passage:
        yield Wait(call.request.patience)
        return Outcome(error=TimedOut(call.request.patience))


def ask_openai(_: Active) -> None:
    openai.OpenAI().chat.completions.create(model="m", messages=MESSAGES)


def ask_anthropic(_: Active) -> None:
    anthropic.Anthropic().messages.create(model="m", messages=MESSAGES, max_tokens=9)


def ask_openai_async(active: Active) -> None:
    async def ask() -> None:
        async with openai.AsyncOpenAI() as client:
            await client.chat.completions.create(model="m", messages=MESSAGES)

    active.run(ask())


def ask_anthropic_async(active: Active) -> None:
    async def ask() -> None:
        async with anthropic.AsyncAnthropic() as client:
            await client.messages.create(model="m", messages=MESSAGES, max_tokens=9)

    active.run(ask())


def virtual(*rooms: Any, answer: Any = None) -> Active:
    http_hook.install()
    virtual_sleep.install()
    makers = [lambda _, room=room: room for room in rooms]
    return Orders(id="t", virtual=True, simulated=True).open(answer, rooms=makers)


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (ask_openai, openai.APITimeoutError),
        (ask_openai_async, openai.APITimeoutError),
        (ask_anthropic, anthropic.APITimeoutError),
        (ask_anthropic_async, anthropic.APITimeoutError),
    ],
)
def test_a_hang_through_all_retries_takes_half_an_hour_that_nobody_waits_for(
    ask: Callable[[Active], None], expected: type[Exception], notes: Notes
) -> None:
    began = time.perf_counter()
    with virtual(notes, Hangs()) as active, pytest.raises(expected):
        ask(active)
    assert len(notes.calls) == 3
    assert 1800 < active.session.clock.now() < 1820
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize("ask", [ask_openai, ask_openai_async])
def test_the_back_off_that_a_provider_asks_for_is_kept_on_virtual_time(
    ask: Callable[[Active], None], wire: Wire, script: Callable[..., Script]
) -> None:
    model = script(wire.failure(429, ("retry-after", "60")), wire.openai("hello"))
    with virtual(answer=model) as active:
        ask(active)
    assert 60 <= active.session.clock.now() < 61


def slow(reply: HttpReply, *seconds: float) -> HttpReply:
    chunks = [Chunk(c.data, s) for c, s in zip(reply.chunks, seconds, strict=False)]
    return reply.with_chunks(chunks)


def test_a_simulated_model_answers_at_its_own_pace(
    wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    model = script(slow(wire.openai("hello"), 42.0))
    with virtual(notes, answer=model) as active:
        ask_openai(active)
        assert active.session.clock.now() == 42
        ask_openai_async(active)
        assert active.session.clock.now() == 84
    assert [o.value.chunks[0].seconds for o in notes.outcomes if o is not None] == [42, 42]


@pytest.mark.parametrize("ask", [ask_openai, ask_openai_async])
def test_a_simulated_model_that_is_too_slow_is_not_waited_for(
    ask: Callable[[Active], None], wire: Wire, script: Callable[..., Script]
) -> None:
    model = script(slow(wire.openai("hello"), 700.0))
    with virtual(answer=model) as active, pytest.raises(openai.APITimeoutError):
        ask(active)
    assert len(model.asked) == 3
    assert 1800 < active.session.clock.now() < 1820


def test_concurrent_calls_overlap_on_virtual_time(wire: Wire, script: Callable[..., Script]) -> None:
    async def both() -> None:
        async with openai.AsyncOpenAI() as client:
            calls = (client.chat.completions.create(model="m", messages=MESSAGES) for _ in range(5))
            await asyncio.gather(*calls)

    with virtual(answer=script(slow(wire.openai("hello"), 30.0))) as active:
        active.run(both())
        assert active.session.clock.now() == 30


def test_sleep_is_virtual_in_the_session_and_real_elsewhere() -> None:
    with agentprobe.session(virtual=True) as active:
        time.sleep(3600)
        assert active.session.clock.now() == 3600
        with pytest.raises(ValueError, match="non-negative"):
            time.sleep(-1)
    began = time.perf_counter()
    time.sleep(0.01)
    assert time.perf_counter() - began >= 0.01


def test_deadlines_that_code_sets_itself_see_the_time_that_was_slept() -> None:
    def patient(clock: Callable[[], float]) -> int:
        end, turns = clock() + 60, 0
        while clock() < end:
            time.sleep(5)
            turns += 1
        return turns

    with agentprobe.session(virtual=True):
        assert [patient(lambda: time.monotonic()) for _ in range(2)] == [12, 12]
        assert patient(lambda: time.time()) == 12
        assert patient(lambda: time.perf_counter()) == 12
    before = time.monotonic()
    assert 0 <= time.monotonic() - before < 5


def test_an_agent_that_starts_its_own_event_loop_is_on_virtual_time_too(
    wire: Wire, script: Callable[..., Script]
) -> None:
    model = script(wire.failure(429, ("retry-after", "60")), wire.openai("hello"))

    async def ask() -> None:
        async with openai.AsyncOpenAI() as client:
            await client.chat.completions.create(model="m", messages=MESSAGES)

    began = time.perf_counter()
    with virtual(answer=model) as active:
        asyncio.run(ask())
        assert 60 <= active.session.clock.now() < 61
    assert time.perf_counter() - began < 20


def test_a_loop_made_outside_of_the_session_is_an_ordinary_one() -> None:
    with agentprobe.session(virtual=True):
        inside = asyncio.new_event_loop()
    outside = asyncio.new_event_loop()
    kinds = [isinstance(loop, VirtualLoop) for loop in (inside, outside)]
    inside.close()
    outside.close()
    assert kinds == [True, False]


def test_an_answer_over_a_socket_is_not_overtaken_by_a_timeout() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"hello\n")
        writer.close()
        await writer.wait_closed()

    async def story() -> bytes:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"?\n")
            answer = await asyncio.wait_for(reader.readline(), timeout=600)
            writer.close()
            await writer.wait_closed()
            return answer

    with agentprobe.session(virtual=True) as active:
        assert active.run(story()) == b"hello\n"
        assert active.session.clock.now() == 0


def test_a_session_on_real_time_inside_a_virtual_one_really_sleeps() -> None:
    with agentprobe.session(virtual=True) as outer, Orders(id="inner").open():
        time.sleep(0.01)
        assert outer.session.clock.now() == 0


def test_a_tool_in_a_thread_is_not_overtaken_by_a_timeout() -> None:
    """The loop would jump to the timer at once; it gives threads at work the time they need."""

    def work() -> str:
        virtual_sleep.real_sleep(0.02)
        return "done"

    async def story() -> str:
        return await asyncio.wait_for(asyncio.to_thread(work), timeout=30)

    with agentprobe.session(virtual=True) as active:
        assert active.run(story()) == "done"
        assert active.session.clock.now() < 30


def test_a_thread_that_waits_for_the_loops_timer_is_not_waited_for_in_vain() -> None:
    async def story() -> float:
        loop = asyncio.get_running_loop()

        async def later() -> str:
            await asyncio.sleep(0.05)
            return "later"

        answer = await asyncio.to_thread(
            lambda: asyncio.run_coroutine_threadsafe(later(), loop).result(timeout=10)
        )
        assert answer == "later"
        return loop.time()

    with agentprobe.session(virtual=True) as active:
        assert active.run(story()) >= 0.05


def test_the_clock_of_a_virtual_session_is_the_loops(wire: Wire, script: Callable[..., Script]) -> None:
    def blocking() -> None:
        time.sleep(7)

    async def story() -> None:
        await asyncio.sleep(5)
        blocking()
        await asyncio.sleep(0)

    with virtual() as active:
        active.run(story())
        assert isinstance(active.session.clock, VirtualClock)
        assert active.session.clock.now() == 12


@pytest.mark.parametrize(("daemon", "passed"), [(True, 0.0), (False, 3600.0)])
def test_a_librarys_thread_in_the_background_moves_no_virtual_time(daemon: bool, passed: float) -> None:
    """An exporter that looks for work again and again would else spin the clock."""
    with agentprobe.session(virtual=True) as active:
        thread = threading.Thread(target=time.sleep, args=(0.001 if daemon else 3600.0,), daemon=daemon)
        thread.start()
        thread.join(10)
        assert active.session.clock.now() == passed
