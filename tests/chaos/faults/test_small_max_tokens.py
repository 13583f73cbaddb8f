"""small_max_tokens, in every protocol."""

from __future__ import annotations

import json

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, body_of, user

from agentprobe.domain.model import ModelSettings

EACH = pytest.mark.parametrize("name", DIALECTS)


@EACH
@pytest.mark.parametrize("before", [None, 4096])
def test_the_limit_becomes_small(name: str, before: int | None) -> None:
    settings = ModelSettings(max_tokens=before, temperature=0.5)
    got = asked(name, "small_max_tokens", user("go"), settings=settings)
    assert got.fired
    assert got.read.settings == ModelSettings(max_tokens=64, temperature=0.5)


def test_the_limit_stays_in_the_field_that_the_request_has() -> None:
    for field in ("max_tokens", "max_completion_tokens"):
        body = json.dumps({"model": "m", "messages": [], field: 900}).encode()
        sent = json.loads(arrive("openai_chat", "small_max_tokens(tokens=16)", body).request.body)
        assert sent == {"model": "m", "messages": [], field: 16}


@EACH
def test_a_limit_that_is_as_small_already_stays(name: str) -> None:
    body = body_of(name, user("go"), settings=ModelSettings(max_tokens=64))
    assert arrive(name, "small_max_tokens", body).request.body is body
