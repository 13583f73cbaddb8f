"""A cap is set by the name, and in the place, that the API takes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Mend = Callable[..., str]
LOOP = """\
from {home} import {maker}

client = {made}

def label(texts):
    for text in texts:
        yield {call}
"""


@pytest.mark.parametrize(
    ("home", "maker", "made", "before", "after"),
    [
        (
            "openai", "OpenAI", "OpenAI()",
            'client.chat.completions.create(model="gpt-4o", messages=text)',
            'client.chat.completions.create(model="gpt-4o", messages=text, max_completion_tokens=4096)',
        ),
        (
            "openai", "OpenAI", "OpenAI()",
            'client.chat.completions.create(model="o3", messages=text)',
            'client.chat.completions.create(model="o3", messages=text, max_completion_tokens=16384)',
        ),
        (
            "openai", "OpenAI", 'OpenAI(base_url="http://localhost:8000/v1")',
            'client.chat.completions.create(model="qwen3", messages=text)',
            'client.chat.completions.create(model="qwen3", messages=text, max_tokens=4096)',
        ),
        (
            "openai", "OpenAI", "OpenAI()",
            'client.responses.create(model="gpt-4o", input=text)',
            'client.responses.create(model="gpt-4o", input=text, max_output_tokens=4096)',
        ),
        (
            "google.genai", "Client", "Client()",
            'client.models.generate_content(model="gemini-2.0-flash", contents=text)',
            'client.models.generate_content(model="gemini-2.0-flash", contents=text, '
            'config={"max_output_tokens": 4096})',
        ),
        (
            "google.genai", "Client", "Client()",
            'client.models.generate_content(model="gemini-2.0-flash", contents=text, '
            'config={"temperature": 0})',
            'client.models.generate_content(model="gemini-2.0-flash", contents=text, '
            'config={"temperature": 0, "max_output_tokens": 4096})',
        ),
        (
            "ollama", "Client", "Client()",
            'client.chat(model="llama3", messages=text)',
            'client.chat(model="llama3", messages=text, options={"num_predict": 4096})',
        ),
    ],
)  # fmt: skip
def test_a_cap_has_the_name_that_the_api_takes(
    mended: Mend, home: str, maker: str, made: str, before: str, after: str
) -> None:
    code = LOOP.format(home=home, maker=maker, made=made, call=before)
    assert mended(code, "no-output-cap") == code.replace(before, after)


def test_a_chat_model_is_capped_where_it_is_made(mended: Mend) -> None:
    code = """\
    from langchain_ollama import ChatOllama

    model = ChatOllama(
        model="llama3",
    )

    def label(texts):
        for text in texts:
            yield model.invoke(text)
    """
    assert '    model="llama3",\n    num_predict=4096,\n)' in mended(code, "no-output-cap")
