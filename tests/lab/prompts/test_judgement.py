"""Whether a changed prompt needs somebody to look."""

from __future__ import annotations

from agentprobe.lab.prompts.judgement import judged
from agentprobe.lab.prompts.regress import Changed, Regression
from agentprobe.lab.prompts.shift import Pair, Shift
from agentprobe.scan.prompts.lock import Entry, Lock

CHANGED = (Changed(id="a.py#SYSTEM", old="1", new="2"),)


def shifted(differing: int, tasks: int) -> Shift:
    pairs = (
        Pair(agent="desk", task=str(number), differs=("facts",) if number < differing else ())
        for number in range(tasks)
    )
    return Shift(pairs=tuple(pairs))


def code(found: Regression, lock: Lock | None = None, bound: str = "share") -> int:
    return judged(found, lock or Lock(), limit=0.1, bound=bound).exit_code


def test_more_than_the_limit_needs_a_review_and_a_tenth_does_not() -> None:
    assert code(Regression(changed=CHANGED, shift=shifted(3, 20))) == 1
    assert code(Regression(changed=CHANGED, shift=shifted(2, 20))) == 0


def test_the_upper_bound_is_stricter_and_the_lower_one_milder() -> None:
    few = Regression(changed=CHANGED, shift=shifted(0, 5))
    assert (code(few), code(few, bound="upper")) == (0, 1)
    many = Regression(changed=CHANGED, shift=shifted(3, 20))
    assert code(many, bound="lower") == 0


def test_what_shifts_by_chance_alone_is_taken_off() -> None:
    assert code(Regression(changed=CHANGED, shift=shifted(8, 20), control=shifted(7, 20))) == 0
    assert code(Regression(changed=CHANGED, shift=shifted(18, 20), control=shifted(7, 20))) == 1


def test_a_review_of_this_very_change_settles_it() -> None:
    found = Regression(changed=CHANGED, shift=shifted(9, 20))
    entry = Entry(id="a.py#SYSTEM", digest="2", text="", was="1", reviewed_by="Ann")
    assert code(found, Lock(entries=(entry,))) == 0
    other = Entry(id="a.py#SYSTEM", digest="2", text="", was="7", reviewed_by="Ann")
    assert code(found, Lock(entries=(other,))) == 1


def test_nothing_run_or_nothing_told_is_not_observed() -> None:
    assert code(Regression(changed=CHANGED, shift=Shift(pairs=()))) == 3
    assert code(Regression(changed=CHANGED, shift=shifted(0, 20), seen=False)) == 3
