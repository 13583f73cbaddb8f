"""What goes wrong is said in one line, with the place in the user's own code."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from agentprobe.errors import described, did_you_mean


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def caught(act: Callable[[], object]) -> str:
    with pytest.raises(BaseException) as error:
        act()
    return described(error.value)


def leave() -> None:
    raise SystemExit("I have had\nenough")


def test_the_place_is_the_users_own_also_where_a_library_raised() -> None:
    said = caught(lambda: json.loads("{"))
    assert said.startswith("JSONDecodeError: Expecting property name")
    assert "(test_errors.py, line " in said


def test_a_text_of_several_lines_becomes_one() -> None:
    assert caught(leave).startswith("SystemExit: I have had enough (test_errors.py, line ")


def test_an_exception_that_cannot_say_what_it_is_is_still_described() -> None:
    assert described(Mute()) == "Mute: (its text cannot be had)"


def test_an_exception_without_words_or_place_is_its_name() -> None:
    assert described(ValueError()) == "ValueError"


def test_a_message_lists_no_more_names_than_one_reads() -> None:
    said = did_you_mean("zz", [f"name{number:04}" for number in range(1000)])
    assert said.endswith("name0039 and 960 more")
