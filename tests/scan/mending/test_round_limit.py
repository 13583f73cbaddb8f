"""A loop that only the model ends gets a number of rounds."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]
RULE = "unbounded-loop"
RUN = """\
from openai import OpenAI

client = OpenAI()

def run(messages):
    {head}:
        reply = client.chat.completions.create(model="gpt-5", messages=messages)
        messages.append(reply.choices[0].message)
        if not reply.choices[0].message.tool_calls:
            break
    return messages
"""


def test_an_endless_loop_counts_its_rounds_and_raises_after_the_last(mended: Mend) -> None:
    after = mended(RUN.format(head="while True"), RULE)
    assert "    for _ in range(50):\n" in after
    assert (
        '            break\n    else:\n        raise RuntimeError("no end after 50 rounds")\n    return'
        in after
    )


def test_a_loop_with_a_condition_of_its_own_is_left_to_people(mended: Mend) -> None:
    code = RUN.format(head="while messages")
    assert mended(code, RULE) == code
