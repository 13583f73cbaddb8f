"""mojibake over texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.mojibake import Mojibake


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Müller, 30 €", "MÃ¼ller, 30 â‚¬"),
        ({"name": "Ann's", "ü": 1}, {"name": "Annâ€™s", "ü": 1}),
        ('{"name": "J\\u00f6rg"}', '{"name": "J\\u00c3\\u00b6rg"}'),
        (["Rye - Ely"], ["Rye â€“ Ely"]),
        ("Á", "Ã\x81"),
    ],
)
def test_the_bytes_are_read_as_windows_does(give: Callable[..., Any], right: Any, wrong: Any) -> None:
    assert give(Mojibake(), right) == wrong


@pytest.mark.parametrize("result", ["Ann Lee", {"n": 3}, None, b"\xc3\xbc", "", {"note": "it's"[:2]}])
def test_what_has_no_such_signs_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(Mojibake(), result)
