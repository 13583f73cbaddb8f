"""Values of settings files are changed where they stand; comments, quotes and layout stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Mend = Callable[..., str]
YAML = """\
# how the agent runs
agent:
  model:   'gpt-4-turbo'   # asked for by sales
  max_tokens: 4096
  timeout: 0  # for ever

  max_iterations: 5000
  temperature: 0
"""
JSON = """\
{
\t"model": "gpt-4-turbo", "temperature": 0,
\t"timeout" : 0 , "max_iterations": 5000
}
"""
TOML = 'model = "gpt-4-turbo" # asked for\ntemperature = 0\ntimeout = 0\nmax_iterations = 5_000\n'


@pytest.mark.parametrize(
    ("name", "text", "before", "after"),
    [
        ("agent_config.yaml", YAML, "timeout: 0  # for ever", "timeout: 60  # for ever"),
        ("agent_config.json", JSON, '"timeout" : 0 ,', '"timeout" : 60 ,'),
        ("agent_config.toml", TOML, "timeout = 0", "timeout = 60"),
    ],
)
def test_a_timeout_that_is_off_is_set(mended: Mend, name: str, text: str, before: str, after: str) -> None:
    assert mended(text, "model-no-deadline", of=name) == text.replace(before, after)


@pytest.mark.parametrize(
    ("name", "text", "before", "after"),
    [
        ("agent_config.yaml", YAML, "5000", "50"),
        ("agent_config.json", JSON, "5000", "50"),
        ("agent_config.toml", TOML, "5_000", "50"),
    ],
)
def test_a_limit_that_no_run_comes_to_is_lowered(
    mended: Mend, name: str, text: str, before: str, after: str
) -> None:
    assert mended(text, "limit-disabled", of=name) == text.replace(before, after)


@pytest.mark.parametrize(
    ("name", "text"), [("agent_config.yaml", YAML), ("agent_config.json", JSON), ("agent_config.toml", TOML)]
)
def test_a_model_that_is_gone_is_followed_by_another_in_the_same_quotes(
    mended: Mend, name: str, text: str
) -> None:
    after = mended(text, "model-retired", of=name)
    quote = "'" if name.endswith(".yaml") else '"'
    assert f"{quote}gpt-4-turbo{quote}" not in after
    assert after.count(quote) == text.count(quote)
    assert after.count("\n") == text.count("\n")
    assert "# asked for" in after or name.endswith(".json")


def test_code_keeps_its_quotes_and_its_tokenizer(mended: Mend) -> None:
    code = """\
    import tiktoken
    from openai import OpenAI

    encoding = tiktoken.encoding_for_model('gpt-4-turbo')
    client = OpenAI(timeout=30)

    def ask(messages):
        return client.chat.completions.create(model='gpt-4-turbo', messages=messages, temperature=0)
    """
    after = mended(code, "model-retired")
    assert "encoding_for_model('gpt-4-turbo')" in after
    assert "model='gpt-" in after
    assert "model='gpt-4-turbo'" not in after
