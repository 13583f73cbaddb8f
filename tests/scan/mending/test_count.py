"""Tokens are counted by what the file has at hand."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]
RULE = "chars-as-tokens"


def test_a_file_with_an_encoding_counts_with_it(mended: Mend) -> None:
    after = mended(
        """\
        import tiktoken

        encoding = tiktoken.get_encoding("o200k_base")

        def fits(text, max_tokens):
            return len(text) // 4 <= max_tokens
        """,
        RULE,
        unsafe=False,
    )
    assert "return len(encoding.encode(text, disallowed_special=())) <= max_tokens" in after


def test_a_file_with_a_counter_of_its_own_uses_it(mended: Mend) -> None:
    after = mended(
        """\
        import tiktoken

        def count_tokens(text: str) -> int:
            return len(tiktoken.get_encoding("o200k_base").encode(text))

        def fits(text, max_tokens):
            return len(text.split()) * 1.3 <= max_tokens
        """,
        RULE,
        unsafe=False,
    )
    assert "return count_tokens(text) <= max_tokens" in after


def test_a_text_is_cut_at_tokens(mended: Mend) -> None:
    after = mended(
        """\
        import tiktoken

        encoding = tiktoken.get_encoding("o200k_base")

        def fit(text, max_tokens):
            return text[:max_tokens]
        """,
        RULE,
        unsafe=False,
    )
    assert "return encoding.decode(encoding.encode(text, disallowed_special=())[:max_tokens])" in after


def test_no_library_is_brought_in_that_the_file_does_not_have(mended: Mend) -> None:
    code = "def fits(text, max_tokens):\n    return len(text) // 4 <= max_tokens\n"
    assert mended(code, RULE) == code
