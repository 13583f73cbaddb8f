"""The family answer_from_documents: a figure that a document states, among others nearly the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from agentprobe.worlds.planting.cast import Papers
from agentprobe.worlds.planting.stage import Row, Stage
from agentprobe.worlds.tasks.family import Family
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth, quoted

MOST = 3
"""So many documents are asked about."""
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]")
_FIGURE = re.compile(r"(?<![\d.,/-])(\d{1,5})(?![\d/-]|[.,]\d)")


class _Gap(NamedTuple):
    """A sentence with its figure taken out."""

    before: str
    after: str
    figure: str


class AnswerFromDocuments(Family):
    """A figure that a document states, among documents that are nearly the same.

    Right is to tell the figure while all documents of that title agree, and from the density on at which they
    do not to ask which one is meant.
    """

    needs: ClassVar[tuple[str, ...]] = ("papers.title", "papers.body")

    def ask(self, stage: Stage, truth: Truth) -> Iterator[TaskSpec]:
        papers = truth.cast.papers
        assert papers is not None, "it needs documents"
        asked = [(row, gap) for row in stage.heart(papers.table) if (gap := _gap(row[papers.body]))]
        stage.chance("order").shuffle(asked)
        for nth, (row, gap) in enumerate(asked[:MOST]):
            said = _scope(papers, row)
            alike = _stating(truth, papers, gap)
            fitting = [one for one in alike if all(one[column] == value for column, value in said.items())]
            figures = {found.figure for one in fitting if (found := _same(one[papers.body], gap))}
            spec = TaskSpec(
                id=f"{self.name}-{nth + 1}",
                family=self.name,
                prompt=f"Which figure belongs into the gap, by our document “{row[papers.title]}”"
                f"{_spelled(papers, said)}? “{gap.before.strip()} ___{gap.after.rstrip()}” "
                "Answer with the figure.",
                matches=number(gap.figure),
                asks_back=False,
                fitting=len(fitting),
                candidates=len(alike),
            )
            yield spec if figures == {gap.figure} else spec.asking()


def _gap(body: Any) -> _Gap | None:
    """The first sentence of a text that holds one figure and enough words to be known by."""
    for found in _SENTENCE.finditer(str(body or "")):
        figures = list(_FIGURE.finditer(found[0]))
        if len(figures) == 1 and len(found[0].split()) >= 5 and not re.search(r"\d{4}-\d\d", found[0]):
            at, to = figures[0].span()
            return _Gap(found[0][:at].lstrip(), found[0][to:], figures[0][0])
    return None


def _same(body: Any, gap: _Gap) -> _Gap | None:
    """The same sentence in another text, with whatever figure."""
    pattern = re.escape(gap.before) + r"(\d{1,5})" + re.escape(gap.after)
    found = re.search(pattern, str(body or ""))
    return _Gap(gap.before, gap.after, found[1]) if found else None


def _stating(truth: Truth, papers: Papers, gap: _Gap) -> list[Row]:
    """The documents that hold the sentence, with any figure."""
    pattern = f"%{_escaped(gap.before)}%{_escaped(gap.after)}%"
    body = quoted(papers.body)
    found = truth.rows(f"SELECT * FROM {quoted(papers.table)} WHERE {body} LIKE ? ESCAPE '!'", [pattern])
    return [row for row in found if _same(row[papers.body], gap)]


def _escaped(text: str) -> str:
    return re.sub(r"([!%_])", r"!\1", text)


def _scope(papers: Papers, row: Row) -> dict[str, Any]:
    """What tells the document from others of its kind: title, and for whom and where it holds."""
    columns = (papers.title, papers.audience, papers.region, papers.version)
    return {column: row[column] for column in columns if column and row[column] not in (None, "")}


def _spelled(papers: Papers, said: dict[str, Any]) -> str:
    words = [
        f"{column.replace('_', ' ')} {value}" for column, value in said.items() if column != papers.title
    ]
    return f" ({', '.join(words)})" if words else ""
