"""Tasks as they are kept: what is right is told in words too."""

from __future__ import annotations

import pytest

from agentprobe.worlds.tasks.spec import TaskSpec, digits, lenient, number


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (number(525_818_333), "'525818333'"),
        (digits("(214) 555-7406"), "'2145557406'"),
        (lenient("678 Cedar Street"), "'678 Cedar Street'"),
        (r"\b0?9[:.]00", "'9:00'"),
        (r"(?<![\d.,/-])213(?:[.,]00?)?(?![\d/-]|[.,]\d)", "'213'"),
    ],
)
def test_what_a_pattern_looks_for_is_told_as_a_person_writes_it(pattern: str, told: str) -> None:
    assert TaskSpec(id="t", family="find_one", prompt="?", matches=pattern).task().right == told
