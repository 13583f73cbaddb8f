"""Data that stands in for production: tables in fixtures, seeds and mocks, and the cases of eval sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from agentprobe.scan.document import Document, Key
from agentprobe.scan.facts import Facts
from agentprobe.scan.finding import Place

_FIXTURE = re.compile(
    r"(?:^|[/_.-])(?:fixtures?|seeds?|samples?|mocks?|mock_data|testdata|test_data|dummy|fakes?|demo_data|sample_data)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_EVALS = re.compile(
    r"(?:^|[/_.-])(?:evals?|evaluations?|golden|eval_set|testset|test_cases|datasets?|promptfoo\w*|tasks)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_ASKED = (
    "input",
    "inputs",
    "question",
    "prompt",
    "query",
    "user",
    "user_input",
    "vars",
    "task",
    "instruction",
    "message",
)
_EXPECTED = ("expected", "expected_output", "expected_answer", "answer", "ideal", "target", "assert",
             "output", "outputs",
             "reference", "reference_outputs", "ground_truth", "expected_tool",
             "expected_tools", "label", "reference_answer")  # fmt: skip
_NAMES = re.compile(
    r"^(?:(?:full|first|last|customer|user|company|product|contact|display|account)_?)?(?:name|title|subject|customer|company|product)$",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r"(?:customer|client|user|person|people|patient|employee|staff|member|contact|lead|account|order|product|item|invoice|ticket|case|"
    r"record|document|doc|article|polic(?:y|ies)|compan|vendor|supplier|meeting|event|slot|booking|appointment|reservation|hotel|"
    r"flight|restaurant|student|book|movie|project|task|issue|payment|transaction|propert|listing|profile|candidate|doctor|agent_data)",
    re.IGNORECASE,
)
_DATES = re.compile(r"\b(20[0-3]\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")
MOST_ROWS = 5_000


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of one kind."""

    name: str
    place: Place
    rows: tuple[Mapping[str, Any], ...]

    @property
    def naming(self) -> str:
        """The column by which people name a row; "" where there is none."""
        first = self.rows[0] if self.rows else {}
        return next((key for key, its in first.items() if _NAMES.match(key) and isinstance(its, str)), "")

    @property
    def is_of_things(self) -> bool:
        """Are its rows what an agent looks up: people, orders, documents, not settings or recordings?"""
        return bool(self.naming) and len(self.rows[0]) > 1 and _THINGS.search(self.name) is not None

    @property
    def is_eval(self) -> bool:
        """Are its rows cases of an eval set: something asked, and something expected?"""
        keys = {key.lower() for row in self.rows[:20] for key in row}
        return bool(keys & set(_ASKED)) and bool(keys & set(_EXPECTED))


def is_fixture(path: str) -> bool:
    """Is a file there to stand in for production's data, as far as its path says?"""
    return _FIXTURE.search(path) is not None


def is_eval_set(path: str) -> bool:
    """Does a file hold the cases of an eval set, as far as its path says?"""
    return _EVALS.search(path) is not None


def tables(document: Document) -> Iterator[Table]:
    """The lists of rows in a document, at its top or two keys beneath."""
    waiting: list[tuple[tuple[Key, ...], Any]] = [((), document.data)]
    while waiting:
        keys, value = waiting.pop(0)
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value[:MOST_ROWS]):
            name = str(keys[-1]) if keys else document.path.rpartition("/")[2].partition(".")[0]
            rows = tuple({str(key): its for key, its in one.items()} for one in value[:MOST_ROWS])
            yield Table(name=name, place=document.place(*keys), rows=rows)
        elif isinstance(value, dict) and len(keys) < 2:
            waiting += [((*keys, key), item) for key, item in list(value.items())[:200]]


def code_tables(facts: Facts) -> Iterator[Table]:
    """The rows that stand in Python code, as lists of dictionaries at the top of a file or by their keys."""
    for name, value in facts.constants.items():
        data = value.value if value.is_literal else None
        rows = list(data.values()) if isinstance(data, dict) else data
        if value.place is not None and isinstance(rows, list) and _are_rows(rows[:MOST_ROWS]):
            yield Table(name=name, place=value.place, rows=tuple(rows[:MOST_ROWS]))


def _are_rows(given: list[Any]) -> bool:
    """Are these dictionaries, and not the schemas of tools?"""
    return bool(given) and all(
        isinstance(one, dict) and "type" not in one and "parameters" not in one for one in given
    )


def newest(data: object) -> date | None:
    """The newest day that stands anywhere in some text or data."""
    found: date | None = None
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else str(data)
    for match in _DATES.finditer(text):
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
        if found is None or day > found:
            found = day
    return found
