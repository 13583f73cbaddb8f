"""A tool's text is cut by a function that says so; what may be no text is left alone."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]
RULE = "tool-output-unbounded"


def test_long_texts_are_cut_by_one_function_that_says_so(mended: Mend) -> None:
    after = mended(
        """\
        import requests
        from langchain_core.tools import tool

        @tool
        def open_page(url: str) -> str:
            "Read a web page."
            return requests.get(url, timeout=10).text

        @tool
        def open_again(link: str) -> str:
            "Read a web page."
            page = requests.get(link, timeout=10)
            return f"The page: {page.text}"
        """,
        RULE,
    )
    assert after.count("def clipped(") == 1
    assert "import tool\n\n\ndef clipped(text, most=20_000):" in after
    assert "    return clipped(requests.get(url, timeout=10).text)\n" in after
    assert '    return clipped(f"The page: {page.text}")\n' in after
    names: dict[str, object] = {}
    exec(after[after.index("def clipped") : after.index("@tool")], names)
    clipped = names["clipped"]
    assert callable(clipped)
    assert clipped("short") == "short"
    assert clipped("ab" * 15_000) == "ab" * 10_000 + "\n[10000 more characters cut off]"


def test_bytes_and_rows_are_not_cut_as_texts(mended: Mend) -> None:
    code = """\
    import requests
    from langchain_core.tools import tool

    @tool
    def open_page(url: str):
        "Read a web page."
        return requests.get(url, timeout=10).content
    """
    assert "clipped" not in mended(code, RULE)


def test_a_name_that_is_taken_is_not_taken_again(mended: Mend) -> None:
    code = """\
    import requests
    from langchain_core.tools import tool

    clipped = 1

    @tool
    def open_page(url: str) -> str:
        "Read a web page."
        return requests.get(url, timeout=10).text
    """
    assert "def clipped" not in mended(code, RULE)
