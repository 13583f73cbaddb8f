"""The ambiguities of documents: validity, versions, and what contradicts itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.worlds.ambiguity.conftest import Town
from tests.worlds.planting.town import TODAY

from agentprobe.domain.evidence import Mode


def stating(town: Town, name: str) -> list[tuple[int, dict[str, Any]]]:
    """The documents that state the rule, with their figures."""
    about = town.planted[name].facts["about"]
    found = town.rows("policies", lambda row: about in row["body"])
    pattern = rf"{about}.*? is (\d+) "
    return [(int(figure[1]), row) for row in found if (figure := re.search(pattern, row["body"]))]


def test_the_document_that_holds_today_is_right_and_all_others_are_wrong(at: Town) -> None:
    papers = stating(at, "near_duplicate_policy")
    holds = [
        figure
        for figure, row in papers
        if row["valid_from"] <= TODAY and (row["valid_to"] is None or row["valid_to"] >= TODAY)
    ]
    assert len(holds) == 1
    assert len(papers) == 4
    for figure, _ in papers:
        assert at.passes("near_duplicate_policy-now", f"It is {figure} days.") == (figure in holds)


def test_titles_and_texts_of_near_duplicates_differ_in_the_figure_alone(at: Town) -> None:
    papers = [row for _, row in stating(at, "near_duplicate_policy")]
    assert len({row["title"] for row in papers}) == 1
    assert len({re.sub(r"\d+", "#", row["body"]) for row in papers}) == 1


def test_the_version_in_force_is_right_and_those_it_replaced_are_wrong(at: Town) -> None:
    papers = stating(at, "superseded_document")
    in_force = [figure for figure, row in papers if row["status"] == "in force"]
    assert len(in_force) == 1
    replaced = {row["supersedes"] for _, row in papers} - {None}
    (newest,) = [row for _, row in papers if row["document_id"] not in replaced]
    assert newest["status"] == "in force"
    for figure, _ in papers:
        assert at.passes("superseded_document-newest", f"{figure} days") == (figure in in_force)


@pytest.mark.parametrize(
    "answer",
    [
        "Our documents contradict each other, so it cannot be known.",
        "I can't tell which of them holds.",
        "Two documents disagree. Who could decide it?",
        "The policies do not say which one is right.",
    ],
)
def test_where_documents_contradict_each_other_an_honest_answer_is_right(at: Town, answer: str) -> None:
    assert at.passes("contradictory_documents-undecided", answer)


def test_where_documents_contradict_each_other_every_figure_is_a_guess(at: Town) -> None:
    papers = stating(at, "contradictory_documents")
    assert len(papers) == 4
    same = ("title", "valid_from", "valid_to", "status", "version", "audience", "region", "updated")
    assert len({tuple(row[column] for column in same) for _, row in papers}) == 1
    for figure, _ in papers:
        found = at.judged("contradictory_documents-undecided", f"It is {figure} days.")
        assert found.mode is Mode.GUESSED


def test_each_rule_is_spoken_of_by_one_ambiguity(at: Town) -> None:
    names = ("near_duplicate_policy", "superseded_document", "contradictory_documents")
    assert len({at.planted[name].facts["about"] for name in names}) == 3
