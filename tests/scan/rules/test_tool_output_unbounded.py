"""Results of tools without an upper bound."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "tool-output-unbounded"
HEAD = """
import requests, subprocess
from pathlib import Path
from langchain_core.tools import tool

"""
TOOL = """
@tool
def look(url: str, path: str, command: str, city: str) -> str:
    "Look."
{body}
"""


@pytest.mark.parametrize(
    "body",
    [
        "    return requests.get(url, timeout=9).text",
        "    page = requests.get(url, timeout=9)\n    return f'It says: {page.text}'",
        "    with open(path) as file:\n        return file.read()",
        "    return Path(path).read_text()",
        "    done = subprocess.run(command, capture_output=True)\n    return done.stdout.decode()",
        "    return fetched(url)\n\ndef fetched(url):\n    return requests.get(url, timeout=9).text",
        "    return requests.get(f'https://reader.example/{url}', timeout=9).text",
    ],
)
def test_pages_files_and_output_of_commands_are_found(found: Scan, body: str) -> None:
    (finding,) = found(HEAD + TOOL.format(body=body), RULE)
    assert finding.subject == "look"


@pytest.mark.parametrize(
    "body",
    [
        "    return requests.get(url, timeout=9).text[:5000]",
        "    return truncated(requests.get(url, timeout=9).text)",
        "    return requests.get(url, timeout=9).status_code",
        "    return requests.get(url, timeout=9).json()['total']",
        "    return requests.get(f'https://weather.example/{city}', timeout=9).text",
        "    host = 'https://weather.example'\n    return requests.get(f'{host}/{city}', timeout=9).text",
        "    return Path('motd.txt').read_text()",
        "    return subprocess.check_output(['date'])",
        "    text = Path(path).read_text()\n    return summarised(text, max_chars=3000)",
    ],
)
def test_what_is_cut_small_or_fixed_is_not(found: Scan, body: str) -> None:
    assert not found(HEAD + TOOL.format(body=body), RULE)


def test_a_function_that_is_no_tool_is_not(found: Scan) -> None:
    assert not found(HEAD + "def look(url):\n    return requests.get(url, timeout=9).text\n", RULE)


ROWS = """
from smolagents import tool
from sqlalchemy import create_engine, text

engine = create_engine("sqlite://")

@tool
def sql_engine(query: str) -> str:
    "Run a query."
    output = ""
    with engine.connect() as connection:
        rows = connection.execute({query})
        for row in rows:
            {then}
    return output
"""


@pytest.mark.parametrize("query", ["text(query)", "query"])
def test_all_rows_of_a_query_that_the_model_writes_are_found(found: Scan, query: str) -> None:
    (finding,) = found(ROWS.format(query=query, then="output += str(row)"), "tool-output-unbounded")
    assert "all rows" in finding.message


@pytest.mark.parametrize(
    ("query", "then"),
    [("text('SELECT name FROM desks LIMIT 5')", "output += str(row)"), ("text(query)", "count(row)")],
)
def test_rows_of_a_query_of_ones_own_and_rows_that_are_only_counted_are_not(
    found: Scan, query: str, then: str
) -> None:
    assert not found(ROWS.format(query=query, then=then), "tool-output-unbounded")
