"""prod_top_p, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, body_of, user

from agentprobe.domain.model import ModelSettings

EACH = pytest.mark.parametrize("name", DIALECTS)


@EACH
def test_only_top_p_becomes_productions(name: str) -> None:
    got = asked(name, "prod_top_p", user("go"), settings=ModelSettings(temperature=0.0, top_p=0.1))
    assert got.fired
    assert got.read.settings == ModelSettings(temperature=0.0, top_p=1.0)


@EACH
@pytest.mark.parametrize("top_p", [None, 0.9])
def test_a_request_that_says_none_or_the_same_did_not_fire(name: str, top_p: float | None) -> None:
    body = body_of(name, user("go"), settings=ModelSettings(top_p=top_p))
    assert arrive(name, "prod_top_p(top_p=0.9)", body).request.body is body
