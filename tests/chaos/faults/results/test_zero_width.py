"""zero_width: looks the same, equals nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.zero_width import Sign, ZeroWidth


@pytest.mark.parametrize(
    ("sign", "wrong"),
    [
        ("zero_width_space", "An\u200bn Le\u200be"),
        ("bidi", "\u202eAnn Lee\u202c"),
        ("byte_order_mark", "\ufeffAnn Lee"),
        ("homoglyph", "\u0410nn L\u0435\u0435"),
        ("no_break_space", "Ann\u00a0Lee"),
    ],
)
def test_names_hold_the_sign(give: Callable[..., Any], sign: Sign, wrong: str) -> None:
    assert give(ZeroWidth(sign=sign), {"name": "Ann Lee"}) == {"name": wrong}
    assert give(ZeroWidth(sign=sign), '{"name":"Ann Lee"}') == f'{{"name":"{wrong}"}}'
    assert (
        json.loads(give(ZeroWidth(sign=sign), '{"name": "Ann Lee", "city": "\\u00c9vry"}'))["name"] == wrong
    )


def test_an_id_matches_nothing_any_more(give: Callable[..., Any]) -> None:
    result = give(ZeroWidth(), {"id": "A-1", "amount": "30.00", "created_at": "2026-01-05"})
    assert result == {"id": "A-\u200b1", "amount": "30.00", "created_at": "2026-01-05"}


@pytest.mark.parametrize("result", [{"amount": "30"}, 3, "", None, {"at": "2026-01-05T09:00:00Z"}])
def test_what_has_no_words_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(ZeroWidth(), result)


def test_a_text_without_a_space_has_none_that_does_not_break(keep: Callable[..., None]) -> None:
    keep(ZeroWidth(sign="no_break_space"), {"name": "Ann"})
