"""The ambiguity near_duplicate_policy: documents that differ in one figure and in when they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.days import spelled
from agentprobe.worlds.planting.holdings import today
from agentprobe.worlds.planting.papers import figures, paper, papers_of, rule, stating
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth


class NearDuplicatePolicy(Ambiguity):
    """Documents that differ in one figure and in when they hold.

    What is there: one rule, stated by a document for last year, one for now and one for next year; title and
    text are the same but for the figure.
    What agents do wrong: they answer from the document that the search ranks first, whenever it holds.
    Right: to compare the dates of validity with the day that is asked about.
    """

    needs: ClassVar[tuple[str, ...]] = ("papers.valid_from", "papers.valid_to")

    def plant(self, stage: Stage) -> Planted:
        papers, (about, unit) = papers_of(stage), rule(stage)
        count = min(stage.k, 6) + 1
        said = figures(stage, count)
        spans = (
            [(100, 200)] + [(465 + 365 * nth, -101 - 365 * nth) for nth in range(count - 2)] + [(-201, None)]
        )
        rows = [
            paper(stage, figure, days_ago=start, days_to=end, status=_status(stage))
            for figure, (start, end) in zip(said, spans[-1:] if count == 1 else spans, strict=False)
        ]
        return Planted(
            ambiguity=self.name,
            keys={papers.table: tuple(row[papers.key] for row in rows)},
            facts={"about": about, "unit": unit, "figure": said[0], "day": spelled(today(stage))},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        facts = planted.facts
        yield TaskSpec(
            id=f"{self.name}-now",
            family="answer_from_documents",
            ambiguity=self.name,
            prompt=f"How many {facts['unit']} is the {facts['about']} on {facts['day']}?",
            matches=number(facts["figure"]),
            asks_back=False,
            fitting=1,
            candidates=stating(truth, facts["about"]),
        )


def _status(stage: Stage) -> object:
    """What the status of documents that hold is here."""
    papers = papers_of(stage)
    known = [one for one in stage.values(papers.table, papers.status) if "force" in str(one).lower()]
    return known[0] if known else stage.template(papers.table, "status").get(papers.status)
