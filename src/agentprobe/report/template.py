"""Pages that stand alone: their templates, with everything that came from outside escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from agentprobe.report.trace_words import plain


@cache
def template(name: str) -> Template:
    """The template of that name; `plain` shows what could change how a page reads."""
    environment = Environment(
        loader=PackageLoader("agentprobe.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = plain
    return environment.get_template(f"{name}.html.j2")
