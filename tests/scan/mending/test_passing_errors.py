"""Retries are narrowed to the errors of the library that is called."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]
RULE = "retry-too-broad"
PASSING = "(openai.APIConnectionError, openai.InternalServerError, openai.RateLimitError)"


def test_tenacity_repeats_after_passing_errors_alone(mended: Mend) -> None:
    after = mended(
        """\
        from openai import OpenAI
        from tenacity import retry, stop_after_attempt

        client = OpenAI()

        @retry(stop=stop_after_attempt(3))
        def ask(messages):
            return client.chat.completions.create(model="gpt-5", messages=messages)
        """,
        RULE,
    )
    assert after.startswith("import openai\nfrom openai import OpenAI\n")
    assert "from tenacity import retry, stop_after_attempt, retry_if_exception_type\n" in after
    assert f"@retry(stop=stop_after_attempt(3), retry=retry_if_exception_type({PASSING}))" in after


def test_backoff_is_given_the_errors_of_what_it_calls(mended: Mend) -> None:
    after = mended(
        """\
        import anthropic
        import backoff

        client = anthropic.Anthropic()

        @backoff.on_exception(backoff.expo, Exception, max_tries=4)
        def ask(messages):
            return client.messages.create(model="claude-sonnet-4-5", max_tokens=900, messages=messages)
        """,
        RULE,
    )
    told = "(anthropic.APIConnectionError, anthropic.InternalServerError, anthropic.RateLimitError)"
    assert f"@backoff.on_exception(backoff.expo, {told}, max_tries=4)" in after
    assert after.count("import anthropic") == 1


def test_a_handler_in_a_loop_of_attempts_lets_lasting_errors_through(mended: Mend) -> None:
    code = """\
    import time
    from openai import OpenAI

    client = OpenAI()

    def ask(messages):
        for attempt in range(4):
            try:
                return client.chat.completions.create(model="gpt-5", messages=messages)
            except Exception as error:
                print(error)
                time.sleep(2)
    """
    assert f"            except {PASSING} as error:\n" in _indented(mended(code, RULE))


def test_a_name_of_ones_own_is_not_taken_for_the_library(mended: Mend) -> None:
    code = """\
    from openai import OpenAI
    from tenacity import retry, stop_after_attempt

    openai = OpenAI()

    @retry(stop=stop_after_attempt(3))
    def ask(messages):
        return openai.chat.completions.create(model="gpt-5", messages=messages)
    """
    assert "retry_if_exception_type" not in mended(code, RULE)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
