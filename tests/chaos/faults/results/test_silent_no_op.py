"""silent_no_op: what the agent hears, and how often it happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import agentprobe
from agentprobe.chaos.faults.silent_no_op import SilentNoOp
from agentprobe.domain.call import TOLD, Call, Effect, Kind, Outcome
from agentprobe.trace.read import read_trace

DONE: list[str] = []


@agentprobe.tool(effect="write")
def refund(order: str, amount: int = 30) -> dict[str, Any]:
    DONE.append(order)
    return {"refund_id": f"R-{len(DONE)}", "order": order, "amount": amount, "message": f"refunded {order}"}


@agentprobe.tool(effect="write")
async def cancel(order: str) -> str:
    DONE.append(order)
    return f"order {order} is cancelled"


@agentprobe.tool(effect="read")
def find(order: str) -> str:
    return f"found {order}"


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DONE.clear()


def test_success_has_the_form_of_the_last_one_and_nothing_happens(tmp_path: Path) -> None:
    trace = tmp_path / "t.jsonl"
    with agentprobe.session(virtual=True, schedule="silent_no_op@tool:2+", trace=trace):
        first, second = refund("A-1", amount=30), refund("A-2", amount=45)
    assert DONE == ["A-1"]
    assert second == {**first, **second}
    assert (second["order"], second["amount"], second["message"]) == ("A-2", 45, "refunded A-2")
    assert second["refund_id"].startswith("R-")
    assert second["refund_id"] != first["refund_id"]
    assert len(read_trace(trace).ledger().effects) == 1


def test_an_asynchronous_tools_words_are_learnt_too() -> None:
    async def agent() -> str:
        await cancel("A-1")
        return await cancel("B-22")

    with agentprobe.session(virtual=True, schedule="silent_no_op@tool:2") as active:
        assert active.run(agent()) == "order B-22 is cancelled"
    assert DONE == ["A-1"]


def test_a_first_call_is_answered_from_its_arguments() -> None:
    with agentprobe.session(virtual=True, schedule="silent_no_op@tool"):
        assert refund("A-1") == {"status": "success", "order": "A-1"}
    with agentprobe.session(virtual=True, schedule='silent_no_op(answer="OK")@tool'):
        said: object = refund("A-1")
        assert said == "OK"
    assert not DONE


def test_a_tool_that_reads_did_not_fire() -> None:
    with agentprobe.session(virtual=True, schedule="silent_no_op@tool") as active:
        assert find("A-1") == "found A-1"
    assert active.injector is not None
    assert active.injector.receipts == ()


def test_what_is_only_told_has_been_done_already() -> None:
    told = Call(kind=Kind.TOOL, name="refund", effect=Effect.WRITE, purpose=TOLD)
    path = SilentNoOp().intercept(told)
    assert next(path) is told
    outcome = Outcome(value="refunded A-1")
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    assert end.value.value is outcome
