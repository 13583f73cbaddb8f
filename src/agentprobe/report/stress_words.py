"""What a load's figures are called, the same in every form of report."""

from __future__ import annotations

from agentprobe.lab.stress.found import Figure, Loaded, Stressed, Trend
from agentprobe.lab.stress.shape import Kind, Stage

CARRIED = {
    "threads": "threads of one process",
    "tasks": "tasks of one event loop",
    "commands": "processes, one each",
}


def stage_words(stage: Stage) -> str:
    """A stage as it was asked for."""
    many = "one at a time" if stage.concurrency == 1 else f"{stage.concurrency} at a time"
    if stage.at_once:
        return f"{stage.concurrency} at once"
    if stage.seconds is not None:
        return f"{many} for {stage.seconds:g} s"
    return f"{stage.sessions} sessions {many}"


def seconds(figure: Figure | None) -> str:
    """A percentile."""
    return "–" if figure is None else f"{figure.value:.3g} s"


def span(figure: Figure | None) -> str:
    """The interval of a percentile; an end that too few sessions leave open is a dash."""
    if figure is None:
        return ""
    low, high = (("…" if end is None else f"{end:.2g}") for end in (figure.low, figure.high))
    return f"{low}–{high}"


def share_span(figure: Figure) -> str:
    """The interval of a rate."""
    return f"{(figure.low or 0) * 100:.0f}–{(1 if figure.high is None else figure.high) * 100:.0f} %"


def kind(word: str) -> str:
    """What a session came to, in plain words."""
    return word.replace("_", " ")


def kinds(stage: Loaded) -> str:
    """How often sessions of a stage failed in which way."""
    return ", ".join(f"{kind(name)} {times}" for name, times in stage.kinds.items() if name != "recovered")


def trend(found: Trend) -> str:
    """What a figure of a soak is called."""
    return f"{found.what}, {found.unit}" if found.unit else found.what


def amount(value: float) -> str:
    """A figure of a soak."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def growth(value: float) -> str:
    """The same with its sign."""
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.3g}"


def verdict(found: Stressed) -> str:
    """The last line, and the title of the page."""
    if found.unsteady:
        return "NOT OBSERVED"
    if found.findings:
        return "FINDINGS"
    return "NOT OBSERVED" if found.observed_nothing else "STANDS THE LOAD"


def knee(found: Stressed) -> str:
    """Where it is too much, in words."""
    if found.knee is None:
        return ""
    many = f"{found.knee.concurrency} sessions at once"
    return f"the knee is at {many}" if found.shape.kind is Kind.RAMP else f"{many} are too many"


def conditions(found: Stressed) -> str:
    """How it was loaded, in a sentence."""
    told = [f"sessions as {CARRIED[found.how]}"]
    if found.model_seconds is not None:
        told.append(f"a model that begins to answer after {found.model_seconds:g} s")
    if found.limits:
        told.append(f"a limit of {found.limits}")
    return ", ".join(told)


def spent(found: Stressed) -> str:
    """What it has cost."""
    cost = found.spent
    money = f", {cost.dollars:,.2f} dollars" if cost.dollars is not None else ""
    many = f"{cost.sessions:,} sessions, {cost.model_calls:,} model calls, {cost.tokens:,} tokens{money}"
    return f"{many}, in {cost.seconds:,.1f} s"
