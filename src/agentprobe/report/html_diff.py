"""A comparison of two runs as one self-contained page."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from agentprobe.report import diff_words as words
from agentprobe.report.trace_words import plain
from agentprobe.trace.diff.compare import RunDiff
from agentprobe.trace.diff.explain import explained

MOST_STEPS = 500
"""So many differing steps stand on the page, each with its particulars."""


def diff_page(found: RunDiff) -> str:
    """The whole page; everything that came from outside is escaped."""
    return _template().render(
        found=found,
        shown=found.differing[:MOST_STEPS],
        left_out=max(len(found.differing) - MOST_STEPS, 0),
        words=words,
        explained=explained,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("agentprobe.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = plain
    return environment.get_template("diff.html.j2")
