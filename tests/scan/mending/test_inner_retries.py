"""One layer retries: the client's own retries are switched off, for it or for this call alone."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]
RULE = "stacked-retries"
ASK = """\
from openai import OpenAI
from tenacity import retry, stop_after_attempt

client = OpenAI({given})

@retry(stop=stop_after_attempt(5))
def ask(messages):
    return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)
"""


def test_a_client_of_its_own_stops_retrying(mended: Mend) -> None:
    assert "client = OpenAI(timeout=30, max_retries=0)\n" in mended(ASK.format(given="timeout=30"), RULE)
    assert "client = OpenAI(max_retries=0)\n" in mended(ASK.format(given="max_retries=4"), RULE)


def test_a_shared_client_keeps_its_retries_for_others(mended: Mend) -> None:
    other = """
def summarise(text):
    return client.chat.completions.create(model="gpt-4.1", messages=text, temperature=0)
"""
    after = mended(ASK.format(given="timeout=30") + other, RULE)
    assert "client = OpenAI(timeout=30)\n" in after
    assert after.count("client.with_options(max_retries=0).chat.completions.create(") == 1


def test_a_client_that_other_files_use_keeps_its_retries(mended: Mend) -> None:
    other = "from agent import client\n\nprint(client)\n"
    after = mended(ASK.format(given="timeout=30"), RULE, beside={"other.py": other})
    assert "client.with_options(max_retries=0).chat" in after
