from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from agentprobe.domain.evidence import Mode
from agentprobe.lab.findings import Findings, Trouble
from agentprobe.report.html import page


@pytest.fixture(scope="module")
def html(found: Findings) -> str:
    return page(found)


class Balance(HTMLParser):
    """Notes tags that are closed in the wrong order."""

    void = frozenset(("meta", "link", "br", "img", "path", "use", "rect", "line", "circle"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.void:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _read(html: str) -> Balance:
    reader = Balance()
    reader.feed(html)
    return reader


def test_the_page_is_one_well_formed_file_that_fetches_nothing(html: str) -> None:
    reader = _read(html)
    assert (reader.open, reader.wrong) == ([], [])
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", html)
    assert "<script" not in html


def test_an_agent_that_the_gate_does_not_name_is_not_judged(found: Findings, html: str) -> None:
    reasons = tuple(reason for reason in found.verdict.reasons if reason.agent != "careful")
    shown = page(replace(found, verdict=replace(found.verdict, reasons=reasons)))
    assert shown.count("not judged") == 1
    assert "not among the agents that [gate] names" in shown
    assert "not judged" not in html


def test_an_agent_that_went_around_the_test_is_said(found: Findings, html: str) -> None:
    assert page(replace(found, silent=("careful",))).count("not one model call of it was seen") == 1
    assert "not one model call of it was seen" not in html


def test_the_causes_of_errors_are_said(found: Findings) -> None:
    trouble = Trouble(reason="the task's check failed: <b>", count=3, reproduce="agentprobe run --only 1f")
    shown = page(replace(found, troubles=(trouble,)))
    assert "check failed: &lt;b&gt;" in shown
    assert "agentprobe run --only 1f" in shown
    assert "<h2>Errors" not in page(found)


def test_untrusted_text_is_escaped(html: str) -> None:
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_every_agent_has_its_verdict_curve_and_fault_cells(html: str, found: Findings) -> None:
    text = " ".join(_read(html).words)
    for agent in found.agents:
        assert text.count(agent) >= 3
    assert "NOT OBSERVED" in text
    assert "rate_limited@model:2" in text
    assert "inconclusive" in text


def test_each_failure_mode_names_its_trace_and_the_command_that_repeats_it(html: str) -> None:
    text = " ".join(_read(html).words)
    assert "agentprobe run --only a3f09c51d2aa" in text
    assert "traces/a3f09c51d2aa.jsonl" in text


def test_a_simulated_model_is_named_a_simulation(html: str, found: Findings) -> None:
    assert "Simulated model" in html
    assert "Simulated model" not in page(replace(found, simulated=False))


def test_the_chart_has_an_interval_for_every_point_and_follows_the_theme(html: str) -> None:
    assert "var(--series-1)" in html
    assert "#0a0a01" not in html
    assert "required: 90%" in html
    for rows in ("10", "1,000", "100,000"):
        assert rows in html


def test_findings_without_a_world_or_failures_still_make_a_page(found: Findings) -> None:
    bare = replace(found, curves=(), matrix=(), modes=())
    reader = _read(page(bare))
    assert reader.wrong == []
    assert "None of the runs failed" in " ".join(reader.words)


def test_the_same_findings_give_the_same_bytes(html: str, found: Findings) -> None:
    assert page(found) == html


def test_every_failure_mode_has_its_words() -> None:
    from agentprobe.report.words import MEANINGS

    assert set(MEANINGS) == set(Mode)


def test_the_time_of_observation_is_read_to_the_minute(html: str) -> None:
    assert "observed 2026-11-20 21:00 UTC" in html
