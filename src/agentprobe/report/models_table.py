"""The table of models as it is read in a terminal."""

from __future__ import annotations

from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from agentprobe.report.trace_words import clipped
from agentprobe.trace.facts.limits import Limits, ModelFacts
from agentprobe.trace.facts.models import PROJECT, Known, Model, Steps, Table


def drawn(table: Table, name: str | None, now: datetime, limits: Limits | None = None) -> RenderableType:
    """One model's prices, window and limits, or the prices of every model that its own maker sells."""
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("model", "sold by"):
        grid.add_column(title, style="bold" if title == "model" else "")
    for title in ("window", "input", "cached", "output"):
        grid.add_column(title, justify="right")
    for known in _shown(table, name):
        grid.add_row(*_row(known, now))
    said = f"US dollars for a million tokens; table of {table.date}, {clipped(table.source, 80)}"
    facts = limits.find(name) if limits is not None and name else None
    if facts is None or limits is None:
        return Group(grid, Text(said, "dim"))
    source = f"limits of {limits.date}, {clipped(limits.source, 80)}"
    return Group(grid, Text(said, "dim"), Text(in_words(facts, now)), Text(source, "dim"))


def in_words(facts: ModelFacts, now: datetime) -> str:
    """What a model takes and when it ends, in one line."""
    told = [f"reads {facts.reads:,}"] if facts.reads else []
    told += [f"writes {facts.writes:,}"] if facts.writes else []
    told += ["takes no temperature"] if facts.samples is False else []
    if facts.retires:
        word = "ended" if facts.has_ended(now.date()) else "ends"
        told.append(f"{word} {facts.retires}" + (f"; next is {facts.successor}" if facts.successor else ""))
    return ", ".join(told) or "nothing is known of its limits"


def _shown(table: Table, name: str | None) -> list[Known]:
    if name is not None:
        return [table.find(name)]
    return [
        Known(name=model.id, provider=provider.id, model=model)
        for provider in table.providers
        if provider.match or provider.id == PROJECT
        for model in provider.models
    ]


def _row(known: Known, now: datetime) -> tuple[str, ...]:
    model = known.model or Model(id=known.name)
    rates = model.rates_at(now)
    window = f"{model.window:,}" if model.window else "?"
    first = (clipped(model.id, 40), known.provider or clipped(known.why, 40), window)
    if rates is None:
        return (*first, "?", "?", "?")
    return (*first, _price(rates.input), _price(rates.cached), _price(rates.output))


def _price(steps: Steps | None) -> str:
    if not steps:
        return "?"
    return f"{steps[0][1]:g}" + "".join(f", {price:g} over {start:,}" for start, price in steps[1:])
