"""An error that is swallowed is handed on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Mend = Callable[..., str]
ASK = """\
from openai import OpenAI

client = OpenAI()

def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception as error:
        {handler}
"""


def test_a_handler_that_answers_something_else_is_left_to_people(mended: Mend) -> None:
    code = ASK.format(handler="print(error)\n        return messages")
    assert mended(f"{code}\nprint(ask([]))\n", "model-error-swallowed").count("raise") == 0


@pytest.mark.parametrize(
    ("handler", "after"),
    [
        ("print(error)\n        return None", "print(error)\n        raise\n"),
        ("pass", "raise\n"),
        ("print(error)  # told", "print(error)  # told\n        raise\n"),
    ],
)
def test_the_handler_ends_by_raising(mended: Mend, handler: str, after: str) -> None:
    assert mended(ASK.format(handler=handler), "model-error-swallowed").endswith(
        f"    except Exception as error:\n        {after}"
    )
