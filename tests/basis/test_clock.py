from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from agentprobe.basis.clock import RealClock, VirtualClock
from agentprobe.basis.virtual_loop import run_virtually


def test_virtual_sleep_moves_the_clock_and_the_date_and_takes_no_time() -> None:
    clock, before = VirtualClock(), time.perf_counter()
    date = clock.date()
    clock.sleep(86_400)
    assert clock.now() == 86_400
    assert clock.date() - date == timedelta(days=1)
    assert time.perf_counter() - before < 5


def test_time_never_goes_back() -> None:
    clock = VirtualClock()
    clock.reach(10)
    clock.reach(3)
    clock.sleep(-5)
    assert clock.now() == 10


def test_a_pause_on_an_ordinary_loop_moves_a_virtual_clock() -> None:
    clock = VirtualClock()
    asyncio.run(clock.pause(30))
    assert clock.now() == 30


def test_timeouts_fire_in_order_on_virtual_time() -> None:
    clock = VirtualClock()
    order: list[str] = []

    async def after(seconds: float, name: str) -> None:
        await asyncio.sleep(seconds)
        order.append(name)

    async def story() -> None:
        await asyncio.gather(after(600, "late"), after(1, "soon"))
        try:
            await asyncio.wait_for(asyncio.sleep(1000), timeout=50)
        except TimeoutError:
            order.append("timeout")

    run_virtually(story(), clock)
    assert order == ["soon", "late", "timeout"]
    assert clock.now() == 650


def test_work_in_a_thread_is_waited_for_without_inventing_time() -> None:
    clock = VirtualClock()
    assert run_virtually(asyncio.to_thread(lambda: 42), clock) == 42
    assert clock.now() < 1


def test_the_real_clock_goes_forward() -> None:
    clock = RealClock()
    before = clock.now()
    clock.sleep(0)
    assert clock.now() >= before
