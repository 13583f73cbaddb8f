"""What an API takes within a dictionary is put there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Mend = Callable[..., str]
GEMINI = """\
from google.genai import Client, types

client = Client()

def ask(text):
    return client.models.generate_content(model="gemini-2.0-flash", contents=text{config})
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ', config={"temperature": 0}'),
        (', config={"seed": 1}', ', config={"seed": 1, "temperature": 0}'),
        (
            ", config=types.GenerateContentConfig(seed=1)",
            ", config=types.GenerateContentConfig(seed=1, temperature=0)",
        ),
    ],
)
def test_a_temperature_goes_into_the_config(mended: Mend, before: str, after: str) -> None:
    code = GEMINI.format(config=before)
    assert mended(code, "sampling-not-pinned") == GEMINI.format(config=after)
