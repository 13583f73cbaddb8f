"""out_of_order_write: the earlier write has the last word."""

from __future__ import annotations

import pytest

import agentprobe

WROTE: list[int] = []


@agentprobe.tool(effect="write")
def set_limit(limit: int) -> dict[str, object]:
    WROTE.append(limit)
    return {"ok": True, "limit": limit}


@agentprobe.tool(effect="write")
async def set_price(limit: int) -> dict[str, object]:
    WROTE.append(limit)
    return {"ok": True, "limit": limit}


@agentprobe.tool(effect="read")
def limit() -> int:
    return WROTE[-1]


@pytest.fixture(autouse=True)
def nothing_written() -> None:
    WROTE.clear()


def test_the_later_write_is_overwritten_by_the_earlier() -> None:
    with agentprobe.session(virtual=True, schedule="out_of_order_write@tool:set_limit:2") as active:
        assert set_limit(50) == {"ok": True, "limit": 50}
        assert set_limit(40) == {"ok": True, "limit": 40}
        assert limit() == 50
        assert set_limit(30) == {"ok": True, "limit": 30}
        assert limit() == 40
    assert WROTE == [50, 30, 40]
    assert active.injector is not None
    assert [receipt.did for receipt in active.injector.receipts] == [
        "said success, and waits for the next call",
        "an earlier call was carried out behind it",
    ]


def test_so_it_is_with_asynchronous_tools_pair_by_pair() -> None:
    async def agent() -> None:
        for price in (1, 2, 3, 4):
            await set_price(price)

    with agentprobe.session(virtual=True, schedule="out_of_order_write@tool") as active:
        active.run(agent())
    assert WROTE == [2, 1, 4, 3]


def test_without_a_further_call_it_is_never_written() -> None:
    with agentprobe.session(virtual=True, schedule="out_of_order_write@tool"):
        assert set_limit(40) == {"status": "success", "limit": 40}
    assert not WROTE
