"""The ambiguity contradictory_documents: documents that hold at the same time say different things."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.papers import figures, paper, papers_of, rule, stating
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth


class ContradictoryDocuments(Ambiguity):
    """Documents that hold at the same time say different things.

    What is there: documents of one title, validity, status and version whose figures differ; nothing tells
    which of them is right.
    What agents do wrong: they tell the figure of the first as if there were no other.
    Right: to say that it cannot be known from the documents, or to ask who can decide it.
    """

    needs: ClassVar[tuple[str, ...]] = ("papers.title", "papers.body")

    def plant(self, stage: Stage) -> Planted:
        papers, (about, unit) = papers_of(stage), rule(stage)
        said = figures(stage, min(stage.k, 5) + 1)
        first = stage.template(papers.table, "scope")
        same = {
            name: first[column]
            for name in ("audience", "region", "version")
            if (column := getattr(papers, name))
        }
        rows = [
            paper(stage, figure, days_ago=120, days_to=None, status="in force", **same) for figure in said
        ]
        return Planted(
            ambiguity=self.name,
            keys={papers.table: tuple(row[papers.key] for row in rows)},
            facts={"about": about, "unit": unit, "figures": said},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        facts = planted.facts
        yield TaskSpec(
            id=f"{self.name}-undecided",
            family="answer_from_documents",
            ambiguity=self.name,
            prompt=f"How many {facts['unit']} is the {facts['about']}?",
            unknowable=True,
            fitting=len(facts["figures"]),
            candidates=stating(truth, facts["about"]),
        )
