"""A cut answer raises, on lines that are indented as those around them."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]


def test_the_check_is_indented_as_the_file_is(mended: Mend) -> None:
    code = (
        "import json\nfrom openai import OpenAI\n\nclient = OpenAI(timeout=30)\n\n"
        "def ask(messages):\n"
        "\treply = client.chat.completions.create(model='gpt-5', max_tokens=50, messages=messages)  # asked\n"
        "\treturn json.loads(reply.choices[0].message.content)\n"
    )
    after = mended(code, "stop-reason-unchecked")
    assert (
        "messages=messages)  # asked\n"
        '\tif reply.choices[0].finish_reason == "length":\n'
        '\t\traise RuntimeError("the answer was cut at its cap")\n'
        "\treturn"
    ) in after
