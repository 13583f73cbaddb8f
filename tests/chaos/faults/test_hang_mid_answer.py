"""hang_mid_answer, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way

TEXT = "The refund of order A-1 is on its way to you."


def test_a_part_comes_and_then_silence_until_the_callers_patience_ends(way: Way, meet: Meet) -> None:
    met = meet(way, "hang_mid_answer@model", {"timeout": 90})
    if not way.stream:
        assert isinstance(met.one.error, way.sdk.APITimeoutError)
        assert 270 <= met.seconds < 280
        assert len(met.did) == 3
        return
    assert 0 < len(met.one.text) < len(TEXT)
    assert TEXT.startswith(met.one.text)
    assert met.seconds == pytest.approx(90)
    assert len(met.did) == 1
    wanted = way.sdk.APITimeoutError if way.sdk.__name__ == "openai" else httpx2.ReadTimeout
    assert isinstance(met.one.error, wanted)


def test_by_default_an_sdk_waits_ten_minutes_for_the_next_byte(some_way: Way, meet: Meet) -> None:
    assert meet(some_way, "hang_mid_answer@model", {"retries": 0}).seconds == pytest.approx(600)
