"""A node cut to its first letters is written with the same first letters."""

from __future__ import annotations

import ast

import pytest

from agentprobe.scan.shortened import beginning

LONG = [
    "[" + ", ".join(map(str, range(5_000))) + "]",
    "(" + ", ".join(f"'row {at}'" for at in range(900)) + ")",
    "{" + ", ".join(f"'key{at}': [{at}, {{{at}: {at}}}]" for at in range(900)) + "}",
    "{" + ", ".join(f"{at}" for at in range(900)) + "}",
    "make(" + ", ".join(f"[{at}]" for at in range(400)) + ", *more, name=[1, 2], **" + "x" * 300 + ")",
    "[[[" + ", ".join(["(1,)", "[]", "{}", "{**a}"] * 200) + "]]]",
    "{**" + "a" * 500 + ", 'b': 1}",
]


@pytest.mark.parametrize("source", LONG, ids=[one[:12] for one in LONG])
def test_the_first_letters_are_those_of_the_whole(source: str) -> None:
    node = ast.parse(source, mode="eval").body
    whole, cut = ast.unparse(node), ast.unparse(beginning(node, 80))
    assert cut[:81] == whole[:81]


def test_a_long_table_is_not_copied_whole() -> None:
    node = ast.parse(LONG[0], mode="eval").body
    assert len(ast.unparse(beginning(node, 80))) < 1_000


def test_what_is_short_is_left_as_it_is() -> None:
    node = ast.parse("[1, 2, 3]", mode="eval").body
    assert beginning(node, 80) is node
