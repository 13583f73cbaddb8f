"""prod_temperature, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, body_of, user

from agentprobe.domain.model import ModelSettings

EACH = pytest.mark.parametrize("name", DIALECTS)


@EACH
def test_only_the_temperature_becomes_productions(name: str) -> None:
    got = asked(name, "prod_temperature", user("go"), settings=ModelSettings(temperature=0.0, top_p=0.5))
    assert got.fired
    assert got.read.settings == ModelSettings(temperature=1.0, top_p=0.5)
    assert got.lines == ["user: go"]
    assert got.receipts[0].did == "temperature 0 became 1"


@EACH
@pytest.mark.parametrize("temperature", [None, 0.3])
def test_a_request_that_says_none_or_the_same_did_not_fire(name: str, temperature: float | None) -> None:
    body = body_of(name, user("go"), settings=ModelSettings(temperature=temperature))
    assert arrive(name, "prod_temperature(temperature=0.3)", body).request.body is body
