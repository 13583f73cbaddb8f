"""clock_jump, in a session."""

from __future__ import annotations

import agentprobe


@agentprobe.tool(effect="read")
def now() -> dict[str, str]:
    return {"now": "2026-01-05T09:00:00Z"}


@agentprobe.tool(effect="read")
def status() -> dict[str, str]:
    return {"updated_at": "2026-01-05T09:00:00Z"}


def test_the_clock_jumps_behind_the_first_answer_and_stays_there() -> None:
    with agentprobe.session(virtual=True, schedule="clock_jump(seconds=3600)@tool") as active:
        assert now() == {"now": "2026-01-05T09:00:00Z"}
        assert status() == {"updated_at": "2026-01-05T10:00:00Z"}
        assert now() == {"now": "2026-01-05T10:00:00Z"}
    assert active.injector is not None
    assert [receipt.nth for receipt in active.injector.receipts] == [1, 2]


def test_a_session_with_one_call_saw_no_jump() -> None:
    with agentprobe.session(virtual=True, schedule="clock_jump@tool:now") as active:
        now()
    assert active.injector is not None
    assert active.injector.receipts == ()
    assert len(active.injector.idle) == 1


def test_the_right_time_can_last_longer() -> None:
    with agentprobe.session(virtual=True, schedule="clock_jump(after=2)@tool:now"):
        assert [now()["now"][:10] for _ in range(3)] == ["2026-01-05", "2026-01-05", "2026-01-04"]
