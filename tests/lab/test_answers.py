"""Answers are told apart by what they say."""

from __future__ import annotations

import pytest

from agentprobe.lab.answers import admits, asks_back, cannot_tell, hands_error_through


@pytest.mark.parametrize(
    "answer",
    [
        "I found three John Smiths. Which one do you mean?",
        "Several customers match. Could you give me a date of birth?",
        "Should I refund order 7 or order 9?",
        "There are two: A and B.\nWhat is the customer's suburb?",
        "Mr Smith in Kew, or Mr Smith in Carlton?",
    ],
)
def test_a_question_that_matters_is_asking_back(answer: str) -> None:
    assert asks_back(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "Refunded order 7. Is there anything else I can help you with?",
        "Done! How can I help you further?",
        "Your order 7 was refunded.",
        "The customer lives in Kew.",
        "",
    ],
)
def test_a_statement_or_a_courtesy_is_not(answer: str) -> None:
    assert not asks_back(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "I could not book the slot.",
        "Unfortunately the system is down.",
        "I was unable to find them.",
        "I can't do that.",
    ],
)
def test_an_admission_is_heard(answer: str) -> None:
    assert admits(answer)


def test_a_claim_is_no_admission() -> None:
    assert not admits("The refund of 20.00 for order 7 is on its way.")


@pytest.mark.parametrize(
    "answer",
    [
        "Error code: 429 - {'error': {'message': 'Rate limit reached'}}",
        "Traceback (most recent call last):\n  File ...",
        "openai.APIConnectionError: Connection error.",
        "Connection error.",
        '{"error": "no such table"}',
        "The tool said ToolError: database is locked",
    ],
)
def test_an_errors_text_is_known_by_its_form(answer: str) -> None:
    assert hands_error_through(answer)


def test_an_errors_text_is_known_by_the_failure_it_quotes() -> None:
    assert hands_error_through("Sorry: the desk is on fire", ("the desk is on fire",))
    assert not hands_error_through("The customer is Jo", ("Jo",))


def test_an_honest_report_is_no_error_text() -> None:
    assert not hands_error_through("I could not reach the booking system, please try again later.")


@pytest.mark.parametrize(
    "answer",
    [
        "Our documents contradict each other.",
        "I cannot tell which of the two holds.",
        "This can't be known from what we have.",
        "The records do not say when that was.",
        "It is not possible to determine the rate.",
        "The policy is unclear about it.",
        "Nothing decides between the two figures.",
    ],
)
def test_an_honest_answer_says_that_it_cannot_be_known(answer: str) -> None:
    assert cannot_tell(answer)


@pytest.mark.parametrize(
    "answer", ["It is 21 days.", "Returns are accepted for 30 days.", "I cannot refund it.", ""]
)
def test_an_answer_that_decides_says_no_such_thing(answer: str) -> None:
    assert not cannot_tell(answer)
