"""A comparison of two runs as one self-contained page."""

from __future__ import annotations

from agentprobe.report import diff_words as words
from agentprobe.report.template import template
from agentprobe.trace.diff.compare import RunDiff
from agentprobe.trace.diff.explain import explained

MOST_STEPS = 500
"""So many differing steps stand on the page, each with its particulars."""


def diff_page(found: RunDiff) -> str:
    """The whole page; everything that came from outside is escaped."""
    return template("diff").render(
        found=found,
        shown=found.differing[:MOST_STEPS],
        left_out=max(len(found.differing) - MOST_STEPS, 0),
        words=words,
        explained=explained,
    )
