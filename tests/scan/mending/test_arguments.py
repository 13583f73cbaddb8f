"""An argument or a key is added as the others are written."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from agentprobe.scan.fixing import edited
from agentprobe.scan.module import parse_module

Mend = Callable[..., str]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()", "f(n=1)"),
        ("f(a)", "f(a, n=1)"),
        ("f(a,)", "f(a, n=1,)"),
        ("f((a))", "f((a), n=1)"),
        ("f(\n    a,\n)", "f(\n    a,\n    n=1,\n)"),
        ("f(\n    a\n)", "f(\n    a,\n    n=1\n)"),
        ("f(\n    a,  # told, twice\n)", "f(\n    a,  # told, twice\n    n=1,\n)"),
        ("f(\n    a  # told\n)", "f(\n    a,  # told\n    n=1\n)"),
        ("f(\n\ta,\n\tb={\n\t\t1: 2,\n\t},\n)", "f(\n\ta,\n\tb={\n\t\t1: 2,\n\t},\n\tn=1,\n)"),
        ("f(a,\n  b)", "f(a,\n  b, n=1)"),
        ("f(\r\n    a,\r\n)", "f(\r\n    a,\r\n    n=1,\r\n)"),
        ("f(\r\n    a  # x\r\n)", "f(\r\n    a,  # x\r\n    n=1\r\n)"),
        ("f('ü', *a, **b)", "f('ü', *a, **b, n=1)"),
    ],
)
def test_an_argument_is_added_as_the_others_are_written(before: str, after: str) -> None:
    raw = before.encode()
    module = parse_module("a.py", raw)
    call = next(one for one in module.calls if ast.unparse(one.func) == "f")
    assert edited(raw, [module.with_argument(call, "n=1")]).decode() == after
    compile(after, "a.py", "exec")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{"n": 1}'),
        ('{"a": 2}', '{"a": 2, "n": 1}'),
        ('{\n    "a": 2,\n}', '{\n    "a": 2,\n    "n": 1,\n}'),
        ('{\n    "a": 2  # two\n}', '{\n    "a": 2,  # two\n    "n": 1\n}'),
    ],
)
def test_a_key_is_added_as_the_others_are_written(before: str, after: str) -> None:
    module = parse_module("a.py", before.encode())
    [table] = module.of(ast.Dict)
    assert edited(before.encode(), [module.with_key(table, '"n": 1')]).decode() == after


def test_an_argument_on_a_line_of_its_own_is_taken_out_with_its_line(mended: Mend) -> None:
    code = """\
    from openai import OpenAI

    client = OpenAI(timeout=30)

    def ask(messages):
        return client.chat.completions.create(
            model="o3",
            temperature=0.2,
            messages=messages,
        )
    """
    after = mended(code, "sampling-ignored")
    assert 'model="o3",\n        messages=messages,\n' in after


@pytest.mark.parametrize(
    ("made", "word"),
    [
        ("from mistralai import Mistral as Client", "timeout_ms=60_000"),
        ("from openai import AzureOpenAI as Client", "timeout=60"),
    ],
)
def test_a_deadline_has_the_name_that_the_client_takes(mended: Mend, made: str, word: str) -> None:
    code = f"""\
{made}

client = Client()

def ask(messages):
    return client.chat.completions.create(model="x", messages=messages)
"""
    assert f"client = Client({word})" in mended(code, "model-no-deadline")


def test_a_model_behind_plain_http_is_given_more_time(mended: Mend) -> None:
    code = """\
    import requests
    from langchain_core.tools import tool

    @tool
    def ask(text: str) -> int:
        "Ask."
        return requests.post("http://localhost:8000/v1/chat/completions", json={"a": text}).status_code
    """
    assert 'json={"a": text}, timeout=120)' in mended(code, "tool-http-no-timeout")
