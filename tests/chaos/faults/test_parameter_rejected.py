"""parameter_rejected, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way

WARM = {"extra_body": {"temperature": 0.5}}


def test_it_names_a_setting_that_the_request_has(way: Way, meet: Meet) -> None:
    met = meet(way, "parameter_rejected@model", WARM)
    assert isinstance(met.one.error, way.sdk.BadRequestError)
    assert "temperature" in str(met.one.error)
    assert len(met.did) == 1
    if way.sdk.__name__ == "openai":
        assert (met.one.error.param, met.one.error.code) == ("temperature", "unsupported_parameter")


def test_without_the_setting_the_request_passes(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "parameter_rejected@model", WARM, WARM, {})
    assert [said.error is None for said in met.said] == [False, False, True]


@pytest.mark.parametrize(("second", "passes"), [(80, False), (50, True)])
def test_a_limit_of_tokens_passes_once_it_is_low_enough(
    some_way: Way, meet: Meet, second: int, passes: bool
) -> None:
    name = "max_output_tokens" if some_way.dialect == "openai_responses" else "max_tokens"
    met = meet(some_way, "parameter_rejected(parameter=max_tokens)@model", {name: 100}, {name: second})
    assert isinstance(met.said[0].error, some_way.sdk.BadRequestError)
    assert "100" in str(met.said[0].error)
    assert (met.said[1].error is None) is passes


def test_a_request_without_such_a_setting_is_let_through_unmarked(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "parameter_rejected(parameter=top_p)@model")
    assert met.one.error is None
    assert met.did == []
