"""A run is judged by what it did, and a failure is named for the most harmful thing it did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.evidence import Evidence, Mode, Regime, Run, Status
from agentprobe.domain.ledger import EffectLedger, LedgerEntry
from agentprobe.domain.task import ExpectedEffect, Observation, Task
from agentprobe.lab.failures import Case
from agentprobe.lab.judge import judge
from agentprobe.lab.seen import Ending, Receipt, Seen

RUN = Run(agent="a", task="t", regime=Regime(rows=10), repetition=0, seed=1, key="k")
READ = Task(id="t", prompt="Where does Jo live?", contains=("Kew",))
REFUND = Task(
    id="t", prompt="Refund order 7.", effects=(ExpectedEffect(tool="refund", arguments={"order": 7}),)
)
ASK = Task(id="t", prompt="Refund Jo.", asks_back=True)


def refund(order: int = 7, *, intent: str = "", committed: bool = True, **more: Any) -> LedgerEntry:
    return LedgerEntry(
        tool="refund",
        arguments={"order": order, **more},
        intent=intent or f"refund {order}",
        committed=committed,
    )


def judged(
    task: Task,
    answer: str = "",
    *effects: LedgerEntry,
    ending: Ending | None = None,
    seen: Seen | None = None,
    schedule: str = "",
    patience: float | None = None,
) -> Evidence:
    run = replace(RUN, regime=Regime(rows=10, schedule=schedule))
    shown = replace(seen or Seen(model_calls=2), ledger=EffectLedger(effects))
    case = Case(run, task, ending or Ending(answer=answer), shown, patience_seconds=patience)
    return judge(case)


def test_a_right_answer_passes_whatever_its_capitals() -> None:
    assert judged(READ, "Jo lives in KEW.").status is Status.PASSED


def test_a_right_write_passes() -> None:
    found = judged(REFUND, "Refunded.", refund(amount=3))
    assert found.status is Status.PASSED
    assert found.effects == (("refund 7", 1),)


def test_a_write_with_one_argument_right_and_one_wrong_is_not_the_one_expected() -> None:
    exact = replace(REFUND, effects=(ExpectedEffect(tool="refund", arguments={"order": 7, "amount": 3}),))
    assert judged(exact, "Refunded.", refund(amount=3)).status is Status.PASSED
    assert judged(exact, "Refunded.", refund(amount=30)).mode is Mode.WRONG_EFFECT


def test_asking_back_passes_where_it_is_right() -> None:
    assert judged(ASK, "Which Jo do you mean?").status is Status.PASSED


def test_an_uncommitted_write_does_not_count() -> None:
    assert judged(READ, "Kew", refund(committed=False)).status is Status.PASSED


CASES: list[tuple[Mode, Evidence]] = [
    (Mode.DUPLICATED_EFFECT, judged(REFUND, "Refunded.", refund(), refund())),
    (Mode.DUPLICATED_EFFECT, judged(REFUND, "Refunded.", refund(), refund(intent="other", amount=2))),
    (Mode.WRONG_EFFECT, judged(REFUND, "Refunded.", refund(), refund(8))),
    (Mode.WRONG_EFFECT, judged(READ, "Kew", refund())),
    (Mode.CLAIMED_WITHOUT_EFFECT, judged(REFUND, "Done, the money is on its way.")),
    (Mode.CLAIMED_WITHOUT_EFFECT, judged(REFUND, "Done.", refund(committed=False))),
    (Mode.GUESSED, judged(ASK, "Done.", refund())),
    (Mode.GUESSED, judged(ASK, "Jo lives in Kew.")),
    (Mode.ERROR_AS_ANSWER, judged(READ, "Error code: 429 - too many")),
    (Mode.EMPTY_ANSWER, judged(READ, "  ")),
    (Mode.TRUNCATED_ANSWER, judged(READ, "Jo lives i", seen=Seen(cut_text="Jo lives i"))),
    (Mode.TRUNCATED_ANSWER, judged(Task(id="t", prompt="p"), "cut he", seen=Seen(cut_text="cut he"))),
    (Mode.LOOPED, judged(READ, "?", seen=Seen(tool_calls=(("find", "{}"),) * 5))),
    (
        Mode.LOOPED,
        judged(READ, ending=Ending(overran=60.0), seen=Seen(model_calls=900)),
    ),
    (Mode.TIMED_OUT, judged(READ, ending=Ending(overran=60.0))),
    (Mode.TIMED_OUT, judged(READ, ending=Ending(answer="Kew", seconds=601), patience=300)),
    (Mode.CRASHED, judged(READ, ending=Ending(raised="ValueError: no"))),
    (Mode.CRASHED, judged(READ, ending=Ending(died="its process ended with signal 11"))),
    (Mode.ASKED_NEEDLESSLY, judged(READ, "Which Jo do you mean?")),
    (Mode.ASKED_NEEDLESSLY, judged(REFUND, "Which order do you mean?")),
    (
        Mode.ASKED_NEEDLESSLY,
        judged(replace(READ, asks_back=False), "Kew. Which Jo do you mean?"),
    ),
    (Mode.ERROR_AS_ANSWER, judged(REFUND, "ToolError: the database is locked")),
    (Mode.WRONG_ANSWER, judged(READ, "Jo lives in Carlton.")),
    (Mode.WRONG_ANSWER, judged(replace(READ, lacks=("Carlton",)), "Kew or Carlton")),
    (Mode.WRONG_ANSWER, judged(Task(id="t", prompt="p", contains_any=("a", "b")), "xyz")),
    (Mode.WRONG_ANSWER, judged(Task(id="t", prompt="p", matches=r"\d{3}"), "12")),
    (Mode.GAVE_UP, judged(READ, "Sorry, I could not find Jo.")),
    (Mode.GAVE_UP, judged(REFUND, "I was unable to refund it.")),
    (Mode.GAVE_UP, judged(ASK, "I could not find anybody of that name.")),
]


@pytest.mark.parametrize(("mode", "found"), CASES)
def test_a_failure_is_named_for_what_it_did(mode: Mode, found: Evidence) -> None:
    assert (found.status, found.mode) == (Status.FAILED, mode), found.reason
    assert found.reason


def test_a_crash_after_a_double_write_is_first_of_all_a_double_write() -> None:
    found = judged(REFUND, "", refund(), refund(), ending=Ending(died="its process ended"))
    assert found.mode is Mode.DUPLICATED_EFFECT


def test_a_write_that_is_wanted_twice_may_happen_twice() -> None:
    twice = replace(REFUND, effects=(ExpectedEffect(tool="refund", arguments={"order": 7}, times=2),))
    assert judged(twice, "Done.", refund(), refund()).status is Status.PASSED
    assert judged(twice, "Done.", refund(), refund(), refund()).mode is Mode.DUPLICATED_EFFECT


def test_a_task_that_crashes_before_its_write_has_crashed() -> None:
    assert judged(REFUND, ending=Ending(raised="KeyError: 'x'")).mode is Mode.CRASHED


def test_what_was_done_twice_is_a_failure_although_the_fault_did_not_strike() -> None:
    found = judged(REFUND, "Refunded.", refund(), refund(), schedule="hang@model:9")
    assert (found.status, found.mode) == (Status.FAILED, Mode.DUPLICATED_EFFECT)


def test_a_fault_that_did_not_strike_makes_a_run_inconclusive_pass_or_fail() -> None:
    for answer in ("Kew", "Carlton"):
        found = judged(READ, answer, schedule="rate_limited@model:9")
        assert found.status is Status.INCONCLUSIVE
        assert "rate_limited@model:9 never struck" in found.reason


def test_each_strike_of_a_schedule_must_have_struck() -> None:
    seen = Seen(receipts=(Receipt(fault="rate_limited", call="c2", site="model", nth=2),))
    both = "rate_limited@model:2, tool_error@tool"
    assert judged(READ, "Kew", seen=seen, schedule="rate_limited@model:2").status is Status.PASSED
    assert judged(READ, "Kew", seen=seen, schedule=both).status is Status.INCONCLUSIVE
    tools = (*seen.receipts, Receipt(fault="tool_error", call="c3", site="tool:find"))
    assert judged(READ, "Kew", seen=replace(seen, receipts=tools), schedule=both).status is Status.PASSED


def test_one_strike_of_a_fault_does_not_stand_for_another() -> None:
    seen = Seen(receipts=(Receipt(fault="rate_limited", call="c1", site="model", nth=1),))
    found = judged(READ, "Kew", seen=seen, schedule="rate_limited@model:1, rate_limited@model:3")
    assert found.status is Status.INCONCLUSIVE
    assert found.reason.startswith("rate_limited@model:3 never struck")


def test_a_strike_at_any_tool_counts_the_calls_of_all_tools() -> None:
    hit = Receipt(fault="tool_error", call="c3", site="tool:find", nth=1, nth_tool=2)
    seen = Seen(receipts=(hit,))
    assert judged(READ, "Kew", seen=seen, schedule="tool_error@tool:2").status is Status.PASSED
    assert judged(READ, "Kew", seen=seen, schedule="tool_error@tool:find:1").status is Status.PASSED
    assert judged(READ, "Kew", seen=seen, schedule="tool_error@tool:1").status is Status.INCONCLUSIVE


def test_a_strike_left_to_chance_may_not_happen() -> None:
    assert judged(READ, "Kew", schedule="rate_limited@model~0.1").status is Status.PASSED


def test_receipts_name_fault_and_call() -> None:
    seen = Seen(receipts=(Receipt(fault="hang", call="c2", site="model"),))
    assert judged(READ, "Kew", seen=seen, schedule="hang@model").receipts == ("hang@c2",)


def test_a_failure_of_the_house_is_no_failure_of_the_agent() -> None:
    found = judged(READ, ending=Ending(raised="BadRequestError: no", house_failure="the policy failed"))
    assert (found.status, found.mode, found.reason) == (Status.ERROR, None, "the policy failed")


def test_a_failure_of_the_provider_is_an_error_unless_the_agent_coped() -> None:
    broken = Seen(provider_failure="status 401")
    assert judged(READ, "no idea", seen=broken).status is Status.ERROR
    assert judged(READ, "Kew", seen=broken).status is Status.PASSED


def test_the_users_own_check_has_the_last_word() -> None:
    def check(found: Observation) -> str | None:
        return None if len(found.ledger.effects) == 1 else "the ledger is empty"

    own = replace(REFUND, check=check, effects=())
    assert judged(own, "Done.").mode is Mode.WRONG_ANSWER
    assert judged(own, "Done.").reason == "the ledger is empty"


def test_a_check_that_raises_is_an_error_of_the_task() -> None:
    def check(_: Observation) -> str | None:
        raise ValueError("no such column")

    found = judged(replace(READ, check=check), "Kew")
    assert found.status is Status.ERROR
    assert "the task's check failed: ValueError: no such column" in found.reason


def test_what_cannot_be_known_must_be_said_or_asked() -> None:
    unknowable = Task(id="t", prompt="Which rate holds?", unknowable=True)
    assert judged(unknowable, "The two documents contradict each other.").status is Status.PASSED
    assert judged(unknowable, "I cannot tell. Who could decide it?").status is Status.PASSED
    assert judged(unknowable, "It is 21 days.").mode is Mode.GUESSED
    assert judged(unknowable, "I was unable to open the search.").mode is Mode.GAVE_UP
