"""system_prompt_lost, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, body_of, round_of, system, user

EACH = pytest.mark.parametrize("name", DIALECTS)
REST = (user("go"), *round_of(("find", "A-1", "open")))


@EACH
def test_all_is_asked_but_the_system_prompt(name: str) -> None:
    got = asked(name, "system_prompt_lost", system(), *REST)
    assert got.fired
    assert got.request.body == body_of(name, *REST)
    assert "36 characters" in got.receipts[0].did


def test_both_places_of_a_response_are_emptied() -> None:
    items = b'[{"role":"developer","content":"b"},{"role":"user","content":"c"}]'
    body = b'{"model":"m","instructions":"a","input":%b}' % items
    assert arrive("openai_responses", "system_prompt_lost", body).lines == ["user: c"]


def test_a_prompt_to_be_completed_loses_its_field() -> None:
    got = arrive("ollama", "system_prompt_lost", b'{"model":"m","system":"a","prompt":"b"}')
    assert got.request.body == b'{"model":"m","prompt":"b"}'


@EACH
def test_without_one_it_did_not_fire(name: str) -> None:
    body = body_of(name, *REST)
    assert arrive(name, "system_prompt_lost", body).request.body is body
