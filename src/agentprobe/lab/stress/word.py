"""A word for each session, by which it is seen when something of one comes out of another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from agentprobe.basis.dice import Dice
from agentprobe.domain.task import Task

PLACE = "{session}"
"""What stands in a task for the session's own word."""
_LETTERS = "bcdfghjkmnpqrstvwxz"
"""No vowels, so that no word of a language comes of them, and none that is easily misread."""
_WORD = re.compile(rf"(\d+)[{_LETTERS}]{{3}}", re.IGNORECASE)


def word_of(seed: int, number: int) -> str:
    """The word of a load's session: its number and three letters, such as `17kqz`."""
    dice = Dice(seed).at("a session's word", number)
    return f"{number}{''.join(dice.choice(_LETTERS) for _ in range(3))}"


def own_task(task: Task, word: str) -> Task:
    """A task with the session's word wherever it says `{session}`: in the prompt and in what is expected."""
    return replace(
        task,
        prompt=_told(task.prompt, word),
        contains=_told(task.contains, word),
        contains_any=_told(task.contains_any, word),
        lacks=_told(task.lacks, word),
        matches=_told(task.matches, word),
        effects=tuple(replace(one, arguments=_told(one.arguments, word)) for one in task.effects),
    )


def tells_sessions_apart(task: Task) -> bool:
    """Would it be seen in this task's answer or effects whose session they are of?"""
    return own_task(task, "1bcd") != task


def words_in(text: str, seed: int, begun: int) -> Iterator[int]:
    """The sessions whose words stand in a text, each once, of those that have begun."""
    found = {word[0].lower(): int(word[1]) for word in _WORD.finditer(text)}
    yield from (number for word, number in found.items() if number < begun and word == word_of(seed, number))


def _told(value: Any, word: str) -> Any:
    match value:
        case str():
            return value.replace(PLACE, word)
        case tuple() | list():
            return type(value)(_told(one, word) for one in value)
        case dict():
            return {key: _told(one, word) for key, one in value.items()}
        case _:
            return value
