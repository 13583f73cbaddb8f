"""Outputs in pairs: what counts as another kind of output, and how sure the share is."""

from __future__ import annotations

import pytest

from agentprobe.domain.evidence import Evidence, Mode, Regime, Run, Status
from agentprobe.lab.prompts.shift import shift, tasks_for


def evidence(
    answer: str,
    task: str = "a",
    nth: int = 0,
    *,
    status: Status = Status.PASSED,
    effects: tuple[tuple[str, int], ...] = (),
) -> Evidence:
    run = Run(agent="desk", task=task, regime=Regime(), repetition=nth, seed=1, key=f"{task}{nth}")
    mode = Mode.WRONG_ANSWER if status is Status.FAILED else None
    return Evidence(run=run, status=status, mode=mode, answer=answer, effects=effects)


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ("Order A7 costs 30 euros.", "The order A7 costs 30 euros.", ()),
        ("Order A7 costs 30 euros.", "Order A7 costs 31 euros.", ("facts",)),
        ("It will be sent to your home.", "Shall it be sent to your home?", ("question",)),
        ("The parcel is on its way to you.", "Nothing of that name could be found here.", ("words",)),
        ("yes", "no", ("words",)),
        ("", "", ()),
    ],
)
def test_answers_differ_by_facts_question_and_words(old: str, new: str, differs: tuple[str, ...]) -> None:
    (pair,) = shift([evidence(old)], [evidence(new)]).pairs
    assert pair.differs == differs


def test_verdicts_and_effects_count_and_their_order_does_not() -> None:
    one, two = ("refund A", 1), ("mail B", 1)
    (pair,) = shift([evidence("x", effects=(one, two))], [evidence("x", effects=(two, one))]).pairs
    assert not pair.differs
    (pair,) = shift([evidence("x")], [evidence("x", status=Status.FAILED, effects=(one,))]).pairs
    assert pair.differs == ("verdict", "effects")


def test_with_exact_any_other_wording_counts() -> None:
    (pair,) = shift([evidence("It is fine now.")], [evidence("It is fine, now.")], exact=True).pairs
    assert pair.differs == ("text",)


def test_the_unit_is_the_task() -> None:
    old = [evidence("yes", "a", nth) for nth in range(9)] + [evidence("yes", "b")]
    new = [evidence("yes", "a", nth) for nth in range(9)] + [evidence("no", "b")]
    found = shift(old, new)
    assert found.share == 0.5
    assert found.bounds.low < 0.1
    assert found.bounds.high > 0.9


def test_runs_that_broke_or_have_no_counterpart_are_left_out() -> None:
    found = shift([evidence("x", "a"), evidence("x", "b")], [evidence("x", "a", status=Status.ERROR)])
    assert (found.pairs, found.unpaired) == ((), 2)


def test_how_many_tasks_show_that_few_shift() -> None:
    assert tasks_for(0.1) == 29
