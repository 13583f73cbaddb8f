"""To make documents that differ in one figure: copies of a world's own, with a rule that no other holds."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from agentprobe.worlds.planting.cast import Papers
from agentprobe.worlds.planting.days import as_day
from agentprobe.worlds.planting.holdings import today
from agentprobe.worlds.planting.stage import Row, Stage
from agentprobe.worlds.tasks.truth import Truth, quoted

_RULES = (
    ("notice period for group bookings", "days"),
    ("cooling-off period for service contracts", "days"),
    ("retention period for call recordings", "months"),
    ("loan period for demonstration units", "days"),
    ("deadline for travel claims", "days"),
    ("waiting period for plan upgrades", "days"),
    ("grace period for late instalments", "days"),
    ("storage period for unclaimed parcels", "days"),
    ("probation period for partner accounts", "months"),
    ("lead time for custom engravings", "days"),
)
"""What rules are about, and the unit of their figure; written for this file."""

_TURNS = ("near_duplicate_policy", "superseded_document", "contradictory_documents")
"""Who speaks of a rule; no two speak of the same."""


def papers_of(stage: Stage) -> Papers:
    """What the documents are."""
    assert stage.cast.papers is not None, "an ambiguity that needs documents says so"
    return stage.cast.papers


def rule(stage: Stage) -> tuple[str, str]:
    """What the planted documents are about: another rule for each ambiguity of one world."""
    first = stage.shared_chance("rule").randrange(len(_RULES))
    return _RULES[(first + _TURNS.index(stage.name)) % len(_RULES)]


def figures(stage: Stage, count: int) -> list[int]:
    """So many different figures for a rule."""
    return [14 + 7 * step for step in stage.chance("figures").sample(range(12), count)]


def paper(stage: Stage, figure: int, *, days_ago: int, days_to: int | None, **more: Any) -> Row:
    """Add a document that states the rule with a figure, valid from so many days ago.

    `days_to` is how many days from the world's day on it is valid still, None for no end.
    """
    papers, (about, unit) = papers_of(stage), rule(stage)
    row = stage.template(papers.table, "paper")
    scope = str(more.pop("scope", ""))
    row[papers.title] = f"{about.capitalize()}{f' – {scope}' if scope else ''}"
    row[papers.body] = _body(str(row[papers.body] or ""), about, f"{figure} {unit}", scope)
    row |= {getattr(papers, name): value for name, value in more.items() if getattr(papers, name)}
    _dated(stage, row, days_ago, days_to)
    return stage.add(papers.table, row, key=papers.key)


def stating(truth: Truth, about: str) -> int:
    """How many documents of the world speak of a rule."""
    papers = truth.cast.papers
    assert papers is not None, "it was planted with documents"
    sql = f"SELECT count(*) AS n FROM {quoted(papers.table)} WHERE {quoted(papers.body)} ILIKE ?"
    return int(truth.rows(sql, [f"%{about}%"])[0]["n"])


def _body(old: str, about: str, figure: str, scope: str) -> str:
    """The rule, and around it what a document of this world says besides; other figures are left out."""
    said = f"The {about}{f' for {scope}' if scope else ''} is {figure}."
    others = [one for one in re.split(r"(?<=[.!?])\s+", old) if one and not re.search(r"\d", one)]
    return " ".join([*others[:2], said, *others[2:5]])


def _dated(stage: Stage, row: Row, days_ago: int, days_to: int | None) -> None:
    papers, now = papers_of(stage), today(stage)
    start = now - timedelta(days=days_ago)
    end = None if days_to is None else now + timedelta(days=days_to)
    for name, day in ((papers.valid_from, start), (papers.valid_to, end), (papers.updated, start)):
        if name:
            column = stage.column(papers.table, name)
            row[name] = as_day(column, day, row[name]) if day else None
    if papers.supersedes:
        row[papers.supersedes] = None
