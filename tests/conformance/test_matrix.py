"""The bench of the conformance matrix still runs: single cells of the SDKs that are installed here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BENCHMARKS = str(Path(__file__).parents[2] / "benchmarks")
sys.path.append(BENCHMARKS)

from agentprobe.gateway.background import background  # noqa: E402 - the bench is no installed package
from conformance.column import COLUMNS, Caller  # noqa: E402
from conformance.facts import Cell, Facts, Point  # noqa: E402
from conformance.judge import Verdict, judge  # noqa: E402
from conformance.kept import Kept  # noqa: E402
from conformance.page import write  # noqa: E402
from conformance.rows import rows  # noqa: E402
from conformance.running import run  # noqa: E402

Run = Callable[..., Facts]


@pytest.fixture(scope="module")
def in_column() -> Iterator[Run]:
    """Runs cells of one column."""
    callers: dict[str, Caller] = {}
    with background() as gateway:

        def in_column(name: str, row: str, point: Point, *, streamed: bool) -> Facts:
            column = next(column for column in COLUMNS if column.name == name)
            caller = callers.setdefault(name, Caller(column))
            return run(Cell(column=name, streamed=streamed, row=row, point=point), caller, gateway)

        yield in_column
        for caller in callers.values():
            caller.end()


def test_anthropics_sdk_hands_over_streamed_arguments_that_are_cut(in_column: Run) -> None:
    facts = in_column("anthropic_messages", "cut_arguments", Point.CALL, streamed=True)
    assert judge(facts) is Verdict.UNFINISHED
    assert facts.executed == ({"order": "A-1", "amount": 500},)


def test_openais_sdk_asks_again_after_an_error_and_waits_before_it_does(in_column: Run) -> None:
    facts = in_column("openai_chat", "server_error", Point.ANSWER, streamed=False)
    assert judge(facts) is Verdict.RIGHT
    assert facts.asked == 2
    assert facts.waited > 0


def test_a_stream_without_its_end_is_given_out_as_the_answer(in_column: Run) -> None:
    facts = in_column("openai_chat", "ended_early", Point.ANSWER, streamed=True)
    assert judge(facts) is Verdict.CUT


def test_a_fault_that_changes_nothing_proves_nothing(in_column: Run) -> None:
    facts = in_column("openai_chat", "ended_early", Point.ANSWER, streamed=False)
    assert judge(facts) is Verdict.NOT_STRUCK


def test_every_caller_has_its_column_and_every_column_its_caller() -> None:
    files = {path.stem for path in COLUMNS[0].program.parent.glob("[a-z]*.py")}
    assert {column.name for column in COLUMNS} == files


def test_the_rows_are_the_catalogues_faults_on_model_calls() -> None:
    found = {row.name for row in rows()}
    assert {"cut_arguments", "ended_early", "rate_limited", "hang"} <= found
    assert "tool_error" not in found


def test_the_page_is_written_from_what_is_kept(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    write(rows(), Kept(), page)
    assert "`cut_arguments`" in page.read_text(encoding="utf-8")
    assert len(list(tmp_path.glob("*.svg"))) == 2
