"""A world's reports: what refuses, what to do, and nothing that a page could be led astray by."""

from __future__ import annotations

from io import StringIO

import pytest
from msgspec.structs import replace
from rich.console import Console
from tests.worlds.fidelity.febrl import from_a_pool, people

from agentprobe.report import html_world, terminal_world
from agentprobe.worlds.fidelity import Fidelity, catalogue_for, compare, measure
from agentprobe.worlds.leaks import Check, LeakReport
from agentprobe.worlds.manifest import Manifest
from agentprobe.worlds.schema import Schema

MANIFEST = Manifest(
    kind="mapped",
    name="shop <script>alert(1)</script>",
    as_of="2026-03-01T00:00:00+00:00",
    made="2026-03-02T00:00:00+00:00",
    source="postgresql://reader@db/shop",
    schema=Schema(tables=()),
    rows={"customers": 600},
    key_id="0123456789abcdef",
    accepted=("the board has seen it",),
)
LEAKS = LeakReport(
    kind="mapped",
    checks=(
        Check(
            name="original values",
            where="customers.name",
            value=3,
            bound=0,
            holds=False,
            n=600,
            expected=0.0,
            found_in=("customers.notes",),
            rows=(7, 9, 11),
        ),
        Check(name="original values", where="customers.email", value=0, bound=0, holds=True, n=600),
        Check(name="distance to the closest record, median", where="customers", value=0.4, n=300),
    ),
    group_sizes=(0.6, 0.4),
    quasi=("city", "date_of_birth"),
)


@pytest.fixture(scope="module")
def fidelity() -> Fidelity:
    source = people(rows=600)
    queries = catalogue_for(source.schema)
    there = measure(source, queries)
    other = measure(source.changed("surname", lambda v: from_a_pool(v, 20)), queries, paired_with=there)
    return compare(there, other)


def on_screen(fidelity: Fidelity | None, leaks: LeakReport | None, manifest: Manifest = MANIFEST) -> str:
    screen = Console(file=StringIO(), width=160)
    screen.print(terminal_world.told(manifest, fidelity, leaks))
    assert isinstance(screen.file, StringIO)
    return screen.file.getvalue()


def test_the_terminal_tells_what_fails_and_what_to_do(fidelity: Fidelity) -> None:
    said = on_screen(fidelity, LEAKS)
    assert "ASKS OTHER QUESTIONS" in said
    assert "customers.surname" in said
    assert "LEAKS" in said
    assert "rows 7, 9, 11" in said
    assert "to do: " in said
    assert "still personal data" in said
    assert "the board has seen it" in said


def test_the_terminal_says_so_when_nothing_was_measured() -> None:
    said = on_screen(None, None, replace(MANIFEST, kind="grown", accepted=()))
    assert said.count("NOT MEASURED") == 2
    assert "personal data" not in said


def test_the_page_is_whole_and_escaped(fidelity: Fidelity) -> None:
    page = html_world.page(MANIFEST, fidelity, LEAKS)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert page.count("<svg") >= 12
    for part in ("asks other questions", "leaks", "How often values stand", "What to do", "rows 7, 9, 11"):
        assert part in page
    assert "#0a0a" not in page


def test_the_page_without_measures_says_so() -> None:
    page = html_world.page(replace(MANIFEST, kind="grown"), None, None)
    assert page.count("not measured") >= 2
    assert "<svg" not in page


def test_a_clean_world_is_told_as_such(fidelity: Fidelity) -> None:
    same = compare(fidelity.source, fidelity.source)
    quiet = replace(LEAKS, checks=LEAKS.checks[1:])
    said = on_screen(same, quiet)
    assert "ASKS THE SAME QUESTIONS" in said
    assert "NOTHING FOUND" in said
    assert "to do" not in said
