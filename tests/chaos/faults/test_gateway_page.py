"""gateway_page, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_page_of_a_proxy_that_failed_is_retried_as_a_servers_error(
    some_way: Way, meet: Meet, status: int
) -> None:
    met = meet(some_way, f"gateway_page(status={status})@model")
    assert isinstance(met.one.error, some_way.sdk.InternalServerError)
    assert met.one.error.status_code == status
    assert met.one.error.response.headers["content-type"].startswith("text/html")
    assert len(met.did) == 3


def test_a_request_that_is_too_large_for_the_proxy_is_not_asked_again(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "gateway_page(status=413)@model")
    assert isinstance(met.one.error, some_way.sdk.APIStatusError)
    assert "<html>" in met.one.error.response.text
    assert len(met.did) == 1


def test_a_page_with_status_200_is_no_error_at_all(way: Way, meet: Meet) -> None:
    met = meet(way, "gateway_page(status=200)@model")
    assert met.one.error is None
    if way.stream:
        assert met.one.text == ""
    else:
        assert isinstance(met.one.got, str)
        assert met.one.got.startswith("<html>")
