"""The ambiguity superseded_document: older versions of a document are found as well as the newest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.papers import figures, paper, papers_of, rule, stating
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Row, Stage
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth


class SupersededDocument(Ambiguity):
    """Older versions of a document are found as well as the newest.

    What is there: versions of one document with other figures; each older one has the status superseded,
    and where documents refer to the one they replace, the newer refers to it.
    What agents do wrong: they answer from an older version, which may even be nearer to the question.
    Right: to follow status and references to the version that holds.
    """

    needs: ClassVar[tuple[str, ...]] = ("papers.status", "papers.version")

    def plant(self, stage: Stage) -> Planted:
        papers, (about, unit) = papers_of(stage), rule(stage)
        count = min(stage.k, 6) + 1
        said = figures(stage, count)
        rows: list[Row] = []
        for nth in reversed(range(count)):
            row = paper(
                stage,
                said[nth],
                days_ago=60 + 300 * nth,
                days_to=None if nth == 0 else -61 - 300 * (nth - 1),
                status="in force" if nth == 0 else "superseded",
                version=_version(stage, count - nth),
            )
            if papers.supersedes and rows:
                row[papers.supersedes] = rows[-1][papers.key]
            rows.append(row)
        return Planted(
            ambiguity=self.name,
            keys={papers.table: tuple(row[papers.key] for row in reversed(rows))},
            facts={"about": about, "unit": unit, "figure": said[0]},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        facts = planted.facts
        yield TaskSpec(
            id=f"{self.name}-newest",
            family="answer_from_documents",
            ambiguity=self.name,
            prompt=f"How many {facts['unit']} is the {facts['about']}, by the document that is in force?",
            matches=number(facts["figure"]),
            asks_back=False,
            fitting=1,
            candidates=stating(truth, facts["about"]),
        )


def _version(stage: Stage, nth: int) -> object:
    """A version's number as the column has it."""
    papers = papers_of(stage)
    kind = stage.column(papers.table, papers.version).kind
    return nth if kind == "integer" else float(nth) if kind == "float" else f"{nth}.0"
