"""Words by which sessions are told apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.domain.task import ExpectedEffect, Task
from agentprobe.lab.stress.word import own_task, tells_sessions_apart, word_of, words_in

TASK = Task(
    id="t",
    prompt="Book A-{session}",
    contains=("A-{session}",),
    effects=(ExpectedEffect(tool="book", arguments={"orders": ["A-{session}"], "n": 1}),),
)


@given(number=st.integers(0, 100_000), seed=st.integers(0, 10))
def test_a_session_is_found_by_its_word_whatever_stands_around_it(number: int, seed: int) -> None:
    text = f"I have booked A-{word_of(seed, number)}, thank you."
    assert list(words_in(text.upper(), seed, number + 1)) == [number]


def test_numbers_and_words_of_a_language_are_nobodys_words() -> None:
    assert list(words_in("30 min, 17kqq, 4th of 12 pcs, 100bn", 0, 1000)) == []


def test_a_session_that_has_not_begun_cannot_have_told_anything() -> None:
    assert list(words_in(word_of(0, 7), 0, 7)) == []


def test_a_task_is_told_its_word_wherever_it_asks_for_it() -> None:
    own = own_task(TASK, "1bcd")
    assert own.prompt == "Book A-1bcd"
    assert own.contains == ("A-1bcd",)
    assert own.effects[0].arguments == {"orders": ["A-1bcd"], "n": 1}
    assert tells_sessions_apart(TASK)
    assert not tells_sessions_apart(own)
