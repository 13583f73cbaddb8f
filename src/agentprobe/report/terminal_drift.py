"""The drift test as it is read in a terminal, and as facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from agentprobe.lab.drift import Drift, Side
from agentprobe.lab.statistics import wilson
from agentprobe.report.sets_diff import draw_sets
from agentprobe.report.trace_words import counted, plain

SHOWN = 4
"""So many different outputs of a side are listed by their hashes."""


def draw_drift(found: Drift) -> RenderableType:
    """Both sides' settings and output hashes, what they have in common, and the verdict."""
    sets = found.sets
    parts: list[RenderableType] = [*_side(found.dev), *_side(found.prod), _common(found)]
    if sets.moved:
        parts += [Text(), draw_sets(sets), Text()]
    return Group(*parts, *_unmoved(found), Text(*verdict(found)))


def drift_facts(found: Drift) -> dict[str, Any]:
    """The same as plain values."""
    within_dev, within_prod, across = found.shares
    return {
        "agentprobe": "drift",
        "version": 1,
        "said": verdict(found)[0],
        "observed": found.observed,
        "diverged": found.diverged,
        "dev": _side_facts(found.dev),
        "prod": _side_facts(found.prod),
        "words_in_common": {"dev": within_dev, "prod": within_prod, "across": across},
        "moved": [f"{one.group}: {one.name}" for one in found.sets.moved],
    }


def verdict(found: Drift) -> tuple[str, str]:
    """What came of it, and in which colour."""
    if not found.observed:
        return "not observed: on at least one side the model gave no output", "bold yellow"
    if not found.diverged:
        return "no drift: the same outputs with both settings", "bold green"
    if found.close:
        return "not the same to the letter, but 99 % of the words are: as good as no drift", "bold yellow"
    if len(found.dev.hashes) > 1:
        return "the outputs differ with dev's settings already: pin them before you compare", "bold red"
    return "drift: production's settings give other outputs", "bold red"


def _side(side: Side) -> Iterator[Text]:
    settings = ", ".join(f"{name}={_spelled(value)}" for name, value in side.settings.items())
    runs = len(side.runs)
    most = side.hashes.most_common(SHOWN)
    listed = " · ".join(f"{name} {times}/{runs}" for name, times in most)
    more = f" · and {len(side.hashes) - SHOWN} more" if len(side.hashes) > SHOWN else ""
    yield _row(side.name, plain(settings))
    yield _row("", f"{counted(len(side.hashes), 'output', 'outputs')}: {listed}{more}")


def _common(found: Drift) -> Text:
    within_dev, within_prod, across = found.shares
    parts = [f"across {across:.0%}"]
    if len(found.dev.runs) > 1:
        parts = [f"within dev {within_dev:.0%}", f"within prod {within_prod:.0%}", *parts]
    return _row("in common", f"of the words {', '.join(parts)}")


def _unmoved(found: Drift) -> Iterator[Text]:
    for side in (found.dev, found.prod):
        if side.unmoved:
            calls = counted(side.unmoved, "model call", "model calls")
            yield _row("note", f"{calls} of {side.name} could not be given these settings", "yellow")


def _side_facts(side: Side) -> dict[str, Any]:
    most = side.hashes.most_common(1)[0][1] if side.hashes else 0
    share = wilson(most, len(side.runs))
    return {
        "settings": dict(side.settings),
        "runs": [str(run.path) for run in side.runs],
        "hashes": dict(side.hashes),
        "commonest": {"runs": most, "low": share.low, "high": share.high},
        "calls_with_other_settings": side.unmoved,
    }


def _row(name: str, text: str, style: str = "") -> Text:
    return Text.assemble((f"{name:<14}", "dim"), (text, style))


def _spelled(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
